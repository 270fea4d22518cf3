#include "simulation/shopper.h"

#include <utility>

#include "simulation/process.h"

namespace ff::simulation {
namespace {

constexpr int kTriesMax = 8;
constexpr Duration kPatience = std::chrono::seconds(15);

// Notes the answer and says in a word what it was.
std::string note(Told& told, const Result<checkout::Answer>& answer) {
  if (answer) {
    if (const auto* paid = std::get_if<checkout::Paid>(&*answer)) {
      told.paid.push_back(paid->order.id);
      return "end";
    }
    if (const auto* declined = std::get_if<checkout::Declined>(&*answer)) {
      told.declined.push_back(declined->order.id);
      return "end";
    }
    if (const auto* pending = std::get_if<checkout::Pending>(&*answer)) {
      told.pending.push_back(pending->order.id);
      return "later";
    }
    ++told.nothing_changed;
    return "sold out";
  }
  switch (answer.error().code) {
    case ErrorCode::kInvalid:
      ++told.nothing_changed;
      return "cart";
    case ErrorCode::kOverloaded:
    case ErrorCode::kUnavailable:
      ++told.nothing_changed;
      return "later";
    case ErrorCode::kInProgress:
    case ErrorCode::kUnknown:
      return "later";
    default:
      told.broken.push_back(std::string(to_string(answer.error().code)) + ": " + answer.error().detail);
      return "end";
  }
}

}  // namespace

void Shopper::ask(Process& process) {
  ++told_->asked;
  auto slot = answer_;
  process.place(request_, [told = told_, slot](const Result<checkout::Answer>& answer) {
    const std::string word = note(*told, answer);
    if (slot->empty()) *slot = word;
  });
}

void Shopper::learn(Weather& weather, Instant now) {
  const std::string answer = *answer_;
  waiting_ = false;
  ++tries_;
  next_at_ = now + std::chrono::milliseconds(weather.below(weather.chance(50) ? 2'000 : 60'000));
  if (answer == "cart") cart_.reset();
  // An answer that ends it is asked for once more now and then: it must be the same.
  const bool ends = answer == "end" ? !weather.chance(30) : answer == "sold out" && weather.chance(50);
  done_ = ends || tries_ >= kTriesMax;
}

void Shopper::fill_cart(Process& process, Weather& weather) {
  cart::Change change;
  change.cart = request_.cart;
  change.kind = cart::Change::Kind::kSet;
  change.variant = VariantId{1 + static_cast<std::int64_t>(weather.below(3))};
  change.quantity = 1;
  cart_ = std::make_shared<std::string>();
  process.change_cart(change, [cart = cart_](bool changed) { *cart = changed ? "set" : "failed"; });
}

void Shopper::act(Process* process, Process* other, Weather& weather, Instant now) {
  if (waiting_) {
    learn(weather, now);
    return;
  }
  next_at_ = now + std::chrono::seconds(1);
  if (process == nullptr) return;
  if (from_cart_ && (!cart_ || *cart_ != "set")) {
    if (cart_) told_->cart_doubtful = true;  // no answer to the last one, or not a good one
    fill_cart(*process, weather);
    next_at_ = now + kPatience;
    return;
  }
  answer_ = std::make_shared<std::string>();
  waiting_ = true;
  next_at_ = now + kPatience;
  ask(*process);
  if (other != nullptr && weather.chance(15)) ask(*other);
}

}  // namespace ff::simulation
