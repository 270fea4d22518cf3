#include "simulation/shopper.h"

#include <utility>

#include "simulation/process.h"

namespace ff::simulation {
namespace {

constexpr int kTriesMax = 8;
constexpr Duration kPatience = std::chrono::seconds(15);
constexpr std::uint64_t kAdditionKey = 7;  // each shopper adds once, to a cart of its own

// Notes the answer and says in a word what it was.
std::string note(Told& told, Told::Call& call, const Result<checkout::Answer>& answer) {
  if (answer) {
    if (const auto* paid = std::get_if<checkout::Paid>(&*answer)) {
      told.paid.push_back(paid->order->id);
      return "end";
    }
    if (const auto* declined = std::get_if<checkout::Declined>(&*answer)) {
      told.declined.push_back(declined->order->id);
      return "end";
    }
    if (const auto* pending = std::get_if<checkout::Pending>(&*answer)) {
      told.pending.push_back(pending->order->id);
      return "later";
    }
    call.nothing_changed = true;
    return "sold out";
  }
  switch (answer.error().code) {
    case ErrorCode::kOverloaded:
    case ErrorCode::kUnavailable:
      call.nothing_changed = true;
      return "later";
    case ErrorCode::kInProgress:
    case ErrorCode::kUnknown:
      return "later";
    default:  // kInvalid among them: what was ordered stays on sale, what was put into the cart stays there
      told.broken.push_back(std::string(to_string(answer.error().code)) + ": " + answer.error().detail);
      return "end";
  }
}

}  // namespace

void Shopper::ask(Process& process, Street& street, Instant now) {
  std::vector<cart::Line> lines = request_.lines;
  if (from_cart()) lines.push_back({wants_, 1, {}});
  const std::string& key = request_.idempotency_key;
  street.story.line(key, "asks process {}", process.number());
  const std::size_t recorded = street.history.asked(request_, lines);
  const std::size_t call = told_->calls.size();
  told_->calls.push_back({now});
  process.place(request_, [key, told = told_, slot = answer_, call, recorded,
                           &street](const Result<checkout::Answer>& answer) {
    street.history.answered(recorded, answer);
    const std::string word = note(*told, told->calls[call], answer);
    street.story.line(key, "is answered {}", answer ? word : std::string(to_string(answer.error().code)));
    if (slot->empty()) *slot = word;
  });
}

void Shopper::learn(Street& street, Instant now) {
  Weather& weather = street.weather;
  const std::string answer = *answer_;
  waiting_ = false;
  ++tries_;
  next_at_ = now + std::chrono::milliseconds(weather.below(weather.chance(50) ? 2'000 : 60'000));
  // An answer that ends it is asked for once more now and then: it must be the same.
  const bool ends = answer == "end" ? !weather.chance(30) : answer == "sold out" && weather.chance(50);
  done_ = ends || tries_ >= kTriesMax;
}

// Again and again, until it is confirmed: what comes of it must be one addition.
void Shopper::fill_cart(Process& process, Street& street) {
  cart::Change change;
  change.cart = request_.cart;
  change.kind = cart::Change::Kind::kAdd;
  change.variant = wants_;
  change.quantity = 1;
  if (street.weather.sabotage != Sabotage::kAdditionWithoutKey) change.key = kAdditionKey;
  street.story.line(request_.idempotency_key, "adds to its cart at process {}", process.number());
  process.change_cart(change, [in_cart = in_cart_](bool changed) { *in_cart = *in_cart || changed; });
}

void Shopper::act(Process* process, Process* other, Street& street, Instant now) {
  if (waiting_) {
    learn(street, now);
    return;
  }
  next_at_ = now + std::chrono::seconds(1);
  if (process == nullptr) return;
  if (from_cart() && !*in_cart_) {
    fill_cart(*process, street);
    next_at_ = now + kPatience;
    return;
  }
  answer_ = std::make_shared<std::string>();
  waiting_ = true;
  next_at_ = now + kPatience;
  ask(*process, street, now);
  if (other != nullptr && street.weather.chance(15)) ask(*other, street, now);
}

}  // namespace ff::simulation
