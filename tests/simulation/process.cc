#include "simulation/process.h"

#include <fmt/format.h>

#include <utility>

namespace ff::simulation {
namespace {

using payments::Payment;

// The gateway as a process without some safeguard would use it.
class SabotagedGateway final : public payments::Gateway {
 public:
  SabotagedGateway(std::unique_ptr<payments::Gateway> inner, Weather& weather)
      : inner_(std::move(inner)), weather_(weather) {}

  Task<Result<Payment>> authorise(payments::AuthoriseRequest request) override {
    if (weather_.sabotage == Sabotage::kPaymentKeyPerTry && tries_++ > 0)
      request.key += fmt::format("-{}", weather_.below(1'000'000'000));
    Result<Payment> outcome = co_await inner_->authorise(std::move(request));
    if (!outcome && weather_.sabotage == Sabotage::kUnknownPaymentIsDecline) {
      Payment refused;
      refused.status = payments::Status::kDeclined;
      co_return refused;
    }
    co_return outcome;
  }
  Task<Result<Payment>> capture(std::string key, Instant deadline) override {
    return inner_->capture(std::move(key), deadline);
  }
  Task<Result<Payment>> close(std::string key, Instant deadline) override {
    return inner_->close(std::move(key), deadline);
  }
  Task<Result<Payment>> lookup(std::string key, Instant deadline) override {
    return inner_->lookup(std::move(key), deadline);
  }
  Task<Result<std::vector<Payment>>> ledger() override { return inner_->ledger(); }

 private:
  std::unique_ptr<payments::Gateway> inner_;
  Weather& weather_;
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

Process::Process(Outside& outside, Instant now)
    : outside_(outside),
      clock_(now),
      store_(outside.store.orders(), outside.store.carts(), clock_, outside.weather, outside.later),
      gateway_(std::make_unique<payments::MemoryGateway>(
          outside.ledger, clock_,
          [this](payments::Operation operation, const std::string&) { return fate(operation); },
          [&outside](Duration delay, std::function<void()> act) {
            outside.later(delay, [act = std::move(act)] { return run_now(act); });
          })),
      committer_(store_, store_, clock_, {}, metrics_),
      service_(outside.catalogue, store_, store_, committer_,
               *(gateway_ = std::make_unique<SabotagedGateway>(std::move(gateway_), outside.weather)),
               outside.rules, clock_, outside.random, {}, metrics_),
      sweeper_(store_, store_, committer_, *gateway_, clock_, sweeping(), metrics_) {
  asio::co_spawn(context_, sweeper_.run(), end_program);
}

payments::Fate Process::fate(payments::Operation) {
  Weather& weather = outside_.weather;
  payments::Fate fate;
  fate.request_takes = weather.delay();
  fate.answer_takes = weather.delay();
  if (weather.trouble()) (weather.chance(50) ? fate.request_lost : fate.answer_lost) = true;
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
