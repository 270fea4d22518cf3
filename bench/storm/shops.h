// How each kind of shop is bought from: the requests of a visit, and what its answers mean.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "storm/answer.h"
#include "storm/shopper.h"
#include "storm/tally.h"

namespace ff::storm {

class Shop {
 public:
  virtual ~Shop() = default;

  /// Requests that checking out takes.
  virtual int checkout_parts() const { return 1; }
  /// Appends the request of the shopper's step and part to `out`, to this host.
  virtual void write(const Shopper& shopper, std::string_view host, std::string& out) const = 0;
  /// What an answer that is no refusal means for that step.
  virtual Ending judge(const Shopper& shopper, const Answer& answer) const = 0;
  /// The name by which a bought order is known, from the last answer of a purchase; empty when it has none.
  virtual std::string order_of(const Answer&) const { return {}; }
};

/// `kind`: "ours", "flask", "vendure". Null for any other. `by_card`: ours pays through the gateway. `run`: a
/// number that sets this run's carts and keys apart from other runs'. `goods` outlives it.
std::unique_ptr<Shop> make_shop(std::string_view kind, const Goods& goods, bool by_card, std::uint64_t run);

}  // namespace ff::storm
