// The subcommands of `fashionforward sale`: what is sold when, to how many at a time, and whether a draw was
// fair.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/options.h"

namespace ff::app {

/// What `sale set` is to change; what is not given stays as it is (or is the default of a new sale).
struct SaleEdit {
  std::string id;
  std::optional<std::string> title, starts, ends, queue, auto_after, pass_for;
  std::vector<std::string> products;  // empty: not given
  bool whole_shop = false;
  bool drop_line = false;  // void the tickets of a line that stands; also for remove_sale()
  std::optional<std::int32_t> limit;
  std::optional<double> rate;
};

struct DrawCheck {
  std::string seed, commitment;
  std::vector<std::string> tickets;     // texts, or numbers of 32 hex digits
  std::optional<std::uint64_t> drawn;   // tickets in the draw (for later ones: in the interval of each)
  std::optional<std::uint64_t> before;  // tickets that came earlier: none before the draw
};

/// Each prints what it found or did.
Result<void> set_sale(const config::Options& options, const SaleEdit& edit);
Result<void> list_sales(const config::Options& options);
Result<void> show_sale(const config::Options& options, const std::string& id);
/// Its end is now: what it guards is open at once.
Result<void> end_sale(const config::Options& options, const std::string& id);
/// `drop_line`: also while somebody stands in its line.
Result<void> remove_sale(const config::Options& options, const std::string& id, bool drop_line);
/// Needs no shop: whoever has the seed, the commitment, a ticket and how many were drawn can tell its place.
Result<void> check_draw(const DrawCheck& check);

}  // namespace ff::app
