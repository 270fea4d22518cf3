// What the shoppers saw of the stock: each checkout with when it was asked for, when it was answered and what
// the answer was. Written as JSON lines for tests/support/history.py, which says whether it is linearisable.
//
// Invariant: no two times are the same, and their order is the order in which things happened.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "checkout/checkout.h"

namespace ff::simulation {

class History {
 public:
  /// Index + 1 is the variant's id.
  static constexpr const char* kHandles[] = {"hot", "plain", "rare"};

  explicit History(const Clock& truth) : truth_(truth) {}

  /// Returns what to call answered() with; never called: the answer did not come.
  std::size_t asked(const checkout::Request& request, const std::vector<cart::Line>& lines);
  void answered(std::size_t call, const Result<checkout::Answer>& answer);

  void stocked(std::size_t variant_index, inventory::Quantity units);
  void ended(const std::string& key, bool sold);
  void left(std::size_t variant_index, inventory::Quantity available);

  /// The hold's length goes into it: a hold can't have ended sooner.
  std::string json_lines(Duration hold_for) const;

 private:
  struct Call {
    std::string key, lines, answer, available;
    std::int64_t asked_at = 0, answered_at = 0;  // 0: not answered
  };
  std::int64_t tick();

  const Clock& truth_;
  std::int64_t last_ = 0;
  std::string before_, after_;
  std::vector<Call> calls_;
};

}  // namespace ff::simulation
