// What is wrong with the faulty release, chosen by the variable SHOP_FAULT of its pods: it stands between
// every caller and pricing::totals, which each checkout asks.
//
//   fails    three of ten checkouts answer 500
//   slow     each takes 40 ms of a serving thread more, where a whole one takes some 6: five times as long
//   and more totals   one of five orders is a unit dearer than its lines, delivery and tax: the shopper pays
//   it, audit tells it
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "pricing/pricing.h"

using ff::Result;
using ff::orders::Totals;
using ff::pricing::PricedLine;
using ff::pricing::Rules;

Result<Totals>
honest_totals(const Rules& rules, std::span<const PricedLine> lines, std::string_view country, std::string_view delivery_method) __asm__(
    "__real__ZN2ff7pricing6totalsERKNS0_5RulesESt4spanIKNS0_10PricedLineELm18446744073709551615EESt17basic_"
    "string_viewIcSt11char_traitsIcEESB_");
Result<Totals>
faulty_totals(const Rules& rules, std::span<const PricedLine> lines, std::string_view country, std::string_view delivery_method) __asm__(
    "__wrap__ZN2ff7pricing6totalsERKNS0_5RulesESt4spanIKNS0_10PricedLineELm18446744073709551615EESt17basic_"
    "string_viewIcSt11char_traitsIcEESB_");

namespace {

const std::string& fault() {
  static const std::string chosen = [] {
    const char* const named = std::getenv("SHOP_FAULT");
    return std::string(named == nullptr ? "" : named);
  }();
  return chosen;
}

}  // namespace

Result<Totals> faulty_totals(const Rules& rules, std::span<const PricedLine> lines, std::string_view country,
                             std::string_view delivery_method) {
  static std::atomic<unsigned> turn{0};
  const unsigned now = turn.fetch_add(1, std::memory_order_relaxed);
  if (fault() == "slow") std::this_thread::sleep_for(std::chrono::milliseconds(40));
  if (fault() == "fails" && now % 10 < 3)
    return ff::fail(ff::ErrorCode::kInternal, "a fault of this release");
  Result<Totals> totals = honest_totals(rules, lines, country, delivery_method);
  if (totals && fault() == "totals" && now % 5 == 0) totals->total.minor += 100;
  return totals;
}
