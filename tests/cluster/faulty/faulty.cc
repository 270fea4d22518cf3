// What is wrong with the faulty release, chosen by the variable SHOP_FAULT of its pods: it stands between
// every caller and pricing::totals, which each checkout asks, and catalog::Index::search.
//
//   fails         three of ten checkouts answer 500
//   slow          each takes SHOP_FAULT_MS (40) ms of a serving thread more, where a whole one takes some 6
//   totals        one of five orders is a unit dearer than its lines, delivery and tax: the shopper pays it,
//   audit
//                 tells it
//   search_fails  every search answers 500
//   search_slow   each takes 150 ms more
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>

#include "catalog/search.h"
#include "pricing/pricing.h"

using ff::Result;
using ff::catalog::Index;
using ff::catalog::Page;
using ff::catalog::Query;
using ff::catalog::StockLabels;
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
// A member function takes its object as the first argument.
Result<Page> honest_search(const Index* index, const Query& query, const StockLabels& labels) __asm__(
    "__real__ZNK2ff7catalog5Index6searchERKNS0_5QueryERKNS0_11StockLabelsE");
Result<Page> faulty_search(const Index* index, const Query& query, const StockLabels& labels) __asm__(
    "__wrap__ZNK2ff7catalog5Index6searchERKNS0_5QueryERKNS0_11StockLabelsE");

namespace {

std::string setting(const char* name, const char* otherwise) {
  const char* const said = std::getenv(name);
  return said == nullptr ? otherwise : said;
}

const std::string& fault() {
  static const std::string chosen = setting("SHOP_FAULT", "");
  return chosen;
}

std::chrono::milliseconds slowness() {
  static const std::chrono::milliseconds chosen(std::stoi(setting("SHOP_FAULT_MS", "40")));
  return chosen;
}

}  // namespace

Result<Totals> faulty_totals(const Rules& rules, std::span<const PricedLine> lines, std::string_view country,
                             std::string_view delivery_method) {
  static std::atomic<unsigned> turn{0};
  const unsigned now = turn.fetch_add(1, std::memory_order_relaxed);
  if (fault() == "slow") std::this_thread::sleep_for(slowness());
  if (fault() == "fails" && now % 10 < 3)
    return ff::fail(ff::ErrorCode::kInternal, "a fault of this release");
  Result<Totals> totals = honest_totals(rules, lines, country, delivery_method);
  if (totals && fault() == "totals" && now % 5 == 0) totals->total.minor += 100;
  return totals;
}

Result<Page> faulty_search(const Index* index, const Query& query, const StockLabels& labels) {
  if (fault() == "search_fails") return ff::fail(ff::ErrorCode::kInternal, "a fault of this release");
  if (fault() == "search_slow") std::this_thread::sleep_for(std::chrono::milliseconds(150));
  return honest_search(index, query, labels);
}
