#include "simulation/process.h"

#include <fmt/format.h>

#include <utility>

namespace ff::simulation {
namespace {

using payments::Payment;

// The gateway as a process reaches it: now and then the network delivers a request a second time, late; and
// without some safeguard it would be used otherwise.
class FlakyGateway final : public payments::Gateway {
 public:
  FlakyGateway(std::unique_ptr<payments::Gateway> inner, Outside& outside)
      : inner_(std::move(inner)), outside_(outside) {}

  Task<Result<Payment>> authorise(payments::AuthoriseRequest request) override {
    if (sabotaged(Sabotage::kPaymentKeyPerTry) && tries_++ > 0)
      request.key += fmt::format("-{}", outside_.weather.below(1'000'000'000));
    double_now_and_then([&bank = outside_.bank, request] { return forget(bank.authorise(request)); });
    Result<Payment> outcome = co_await inner_->authorise(std::move(request));
    if (!outcome && sabotaged(Sabotage::kUnknownPaymentIsDecline)) {
      Payment refused;
      refused.status = payments::Status::kDeclined;
      co_return refused;
    }
    co_return outcome;
  }
  Task<Result<Payment>> capture(std::string key, Instant deadline) override {
    double_now_and_then(
        [&bank = outside_.bank, key, deadline] { return forget(bank.capture(key, deadline)); });
    return inner_->capture(std::move(key), deadline);
  }
  Task<Result<Payment>> close(std::string key, Instant deadline) override {
    double_now_and_then([&bank = outside_.bank, key, deadline] { return forget(bank.close(key, deadline)); });
    return inner_->close(std::move(key), deadline);
  }
  Task<Result<Payment>> lookup(std::string key, Instant deadline) override {
    return inner_->lookup(std::move(key), deadline);
  }
  Task<Result<std::vector<Payment>>> ledger() override { return inner_->ledger(); }

 private:
  static Task<void> forget(Task<Result<Payment>> call) { co_await std::move(call); }
  bool sabotaged(Sabotage sabotage) const { return outside_.weather.sabotage == sabotage; }
  void double_now_and_then(std::function<Task<void>()> again) {
    if (!outside_.weather.trouble() || !outside_.weather.chance(30)) return;
    const Duration delay = std::chrono::milliseconds(1 + outside_.weather.below(60'000));
    outside_.story.line("network", "doubles a request to the bank");
    outside_.later(delay, std::move(again));
  }

  std::unique_ptr<payments::Gateway> inner_;
  Outside& outside_;
  int tries_ = 0;
};

void end_program(const std::exception_ptr& broken) {
  if (broken) std::rethrow_exception(broken);
}

Task<void> run_now(std::function<void()> act) {
  act();
  co_return;
}

checkout::SweeperSettings sweeping() {
  checkout::SweeperSettings settings;
  settings.period = std::chrono::seconds(5);
  settings.retry_delay_max = std::chrono::minutes(1);
  settings.calls_max = 4;
  return settings;
}

}  // namespace

Process::Process(Outside& outside, std::size_t number, Instant now, const Duration& clock_error)
    : outside_(outside),
      number_(number),
      time_(now),
      clock_(time_, clock_error),
      store_(outside.orders, outside.carts, clock_, outside.weather, outside.later,
             FaultyStore::Teller{outside.story, fmt::format("process {}", number)}),
      gateway_(std::make_unique<FlakyGateway>(
          std::make_unique<payments::MemoryGateway>(
              outside.ledger, clock_,
              [this](payments::Operation operation, const std::string& key) { return fate(operation, key); },
              [&outside](Duration delay, std::function<void()> act) {
                outside.later(delay, [act = std::move(act)] { return run_now(act); });
              }),
          outside)),
      committer_(store_, store_, clock_, {}, metrics_),
      service_(outside.catalogue, store_, store_, committer_, *gateway_, outside.rules, clock_,
               outside.random, {}, metrics_),
      sweeper_(store_, store_, committer_, *gateway_, clock_, sweeping(), metrics_) {
  asio::co_spawn(context_, sweeper_.run(), end_program);
}

payments::Fate Process::fate(payments::Operation operation, const std::string& key) {
  Weather& weather = outside_.weather;
  payments::Fate fate;
  fate.request_takes = weather.delay();
  fate.answer_takes = weather.delay();
  if (weather.trouble()) (weather.chance(50) ? fate.request_lost : fate.answer_lost) = true;
  constexpr const char* kNames[] = {"authorise", "capture", "close", "lookup"};
  if (outside_.story.told())
    outside_.story.line(fmt::format("process {}", number_), "bank {} {}: {} ms there, {} ms back{}{}",
                        kNames[static_cast<std::size_t>(operation)], key, fate.request_takes.count() / 1000,
                        fate.answer_takes.count() / 1000, fate.request_lost ? ", request lost" : "",
                        fate.answer_lost ? ", answer lost" : "");
  return fate;
}

bool Process::step() {
  context_.restart();
  return context_.poll_one() > 0;
}

void Process::place(checkout::Request request, std::function<void(Result<checkout::Answer>)> answered) {
  asio::co_spawn(
      context_, service_.place(std::move(request)),
      [answered = std::move(answered)](const std::exception_ptr& broken, Result<checkout::Answer> answer) {
        end_program(broken);
        answered(std::move(answer));
      });
}

void Process::change_cart(cart::Change change, std::function<void(bool)> changed) {
  asio::co_spawn(
      context_, committer_.change_cart(std::move(change)),
      [changed = std::move(changed)](const std::exception_ptr& broken, const Result<cart::Cart>& cart) {
        end_program(broken);
        changed(cart.has_value());
      });
}

}  // namespace ff::simulation
