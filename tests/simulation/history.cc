#include "simulation/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <variant>

namespace ff::simulation {
namespace {

const char* handle(VariantId variant) {
  return History::kHandles[static_cast<std::size_t>(variant.value) - 1];
}

void member(std::string& object, std::string_view name, inventory::Quantity value) {
  object += fmt::format("{}\"{}\":{}", object.empty() ? "" : ",", name, value);
}

struct InWords {
  std::string_view operator()(const checkout::Paid&) const { return "paid"; }
  std::string_view operator()(const checkout::Pending&) const { return "pending"; }
  std::string_view operator()(const checkout::Declined&) const { return "declined"; }
  std::string_view operator()(const checkout::SoldOut&) const { return "sold out"; }
};

}  // namespace

// Nanoseconds, of which the simulated clock leaves three digits for those that share a microsecond.
std::int64_t History::tick() { return last_ = std::max(last_ + 1, truth_.now().us * 1000); }

std::size_t History::asked(const checkout::Request& request, const std::vector<cart::Line>& lines) {
  Call call;
  call.key = request.idempotency_key;
  for (const cart::Line& line : lines)
    member(call.lines, handle(line.variant), line.quantity);
  call.asked_at = tick();
  calls_.push_back(std::move(call));
  return calls_.size() - 1;
}

void History::answered(std::size_t call, const Result<checkout::Answer>& answer) {
  Call& made = calls_[call];
  made.answered_at = tick();
  if (answer) {
    made.answer = std::visit(InWords{}, *answer);
    const auto* sold_out = std::get_if<checkout::SoldOut>(&*answer);
    if (sold_out == nullptr) return;
    for (const checkout::SoldOutLine& line : sold_out->lines)
      member(made.available, handle(line.variant), line.available);
    return;
  }
  switch (answer.error().code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kOverloaded:
    case ErrorCode::kUnavailable:
      made.answer = "nothing";
      return;
    default:
      made.answer = "unknown";
  }
}

void History::stocked(std::size_t variant_index, inventory::Quantity units) {
  before_ +=
      fmt::format("{{\"type\":\"stock\",\"sku\":\"{}\",\"units\":{}}}\n", kHandles[variant_index], units);
}

void History::ended(const std::string& key, bool sold) {
  after_ +=
      fmt::format("{{\"type\":\"end\",\"key\":\"{}\",\"state\":\"{}\"}}\n", key, sold ? "sold" : "free");
}

void History::left(std::size_t variant_index, inventory::Quantity available) {
  after_ += fmt::format("{{\"type\":\"left\",\"sku\":\"{}\",\"available\":{}}}\n", kHandles[variant_index],
                        available);
}

std::string History::json_lines(Duration hold_for) const {
  std::string text = before_;
  text += fmt::format("{{\"type\":\"hold\",\"lasts\":{}}}\n", hold_for.count() * 1000);
  for (const Call& call : calls_) {
    text += fmt::format("{{\"type\":\"call\",\"key\":\"{}\",\"lines\":{{{}}},\"asked\":{}", call.key,
                        call.lines, call.asked_at);
    if (call.answered_at != 0)
      text += fmt::format(",\"answered\":{},\"answer\":\"{}\"", call.answered_at, call.answer);
    if (!call.available.empty()) text += fmt::format(",\"available\":{{{}}}", call.available);
    text += "}\n";
  }
  return text + after_;
}

}  // namespace ff::simulation
