#include "checkout/checkout.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <map>

#include "checkout/test_shop.h"

namespace ff::checkout {
namespace {

using orders::State;
using payments::Fate;
using payments::Operation;
using payments::Status;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::IsEmpty;

class CheckoutTest : public ShopTest {};

TEST_F(CheckoutTest, SellsWhatIsInTheCartAndEmptiesIt) {
  add_to_cart("shirt", 2);
  add_to_cart("socks", 1);
  const auto answer = place("k");
  const Paid* paid = get<Paid>(answer);
  ASSERT_NE(paid, nullptr);
  EXPECT_EQ(paid->order->state, State::kPaid);
  EXPECT_EQ(paid->order->totals.total, euros(2 * 2000 + 500 + 490));
  EXPECT_EQ(paid->order->card_hint, "Visa ending 4242");
  EXPECT_EQ(paid->order->lines[0].title, "The shirt");
  EXPECT_EQ(paid->order->lines[0].variant_title, "M");
  EXPECT_EQ(paid->order->delivery_method, "Standard");
  EXPECT_EQ(stock("shirt").sold, 2);
  EXPECT_EQ(lines_in_cart(), 0u);
  sweep();
  EXPECT_EQ(payment(paid->order).status, Status::kCaptured);
  EXPECT_EQ(read(paid->order).payment, orders::PaymentState::kCaptured);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, ATracedPurchaseShowsItsQueuesBatchesPaymentAndClaim) {
  telemetry::Tracer tracer({.sample = 1}, 1, metrics);
  add_to_cart("shirt", 1);
  Request made = request("k");
  made.trace = tracer.begin("", false, random);
  const telemetry::SpanId above = made.trace.context().span_id;
  ASSERT_NE(get<Paid>(place(made)), nullptr);
  std::map<std::string, telemetry::FinishedSpan> spans;
  for (telemetry::FinishedSpan& span : tracer.take(100))
    spans.emplace(span.name, std::move(span));
  for (const char* name : {"checkout.reserve", "payment.authorise", "checkout.claim"}) {
    ASSERT_TRUE(spans.contains(name)) << name;
    EXPECT_EQ(spans[name].parent, above) << name;
  }
  for (const char* name : {"place.queue", "place.batch"})
    EXPECT_EQ(spans[name].parent, spans["checkout.reserve"].context.span_id) << name;
  for (const char* name : {"settle.queue", "settle.batch"})
    EXPECT_EQ(spans[name].parent, spans["checkout.claim"].context.span_id) << name;
  EXPECT_EQ(std::get<std::int64_t>(spans["place.batch"].attributes.at(0).value), 1)
      << "how many it went with";
  EXPECT_EQ(spans.size(), 7u);
  EXPECT_LE(spans["checkout.reserve"].ended, spans["payment.authorise"].began);
  EXPECT_LE(spans["payment.authorise"].ended, spans["checkout.claim"].began);
}

TEST_F(CheckoutTest, CountsOrdersByWhatBecameOfThemAndWhatTheyAreWorth) {
  const auto counted = [&](const std::string& line) {
    return metrics.openmetrics().find(line + "\n") != std::string::npos;
  };
  add_to_cart("shirt", 2);
  ASSERT_NE(get<Paid>(place("k")), nullptr);
  add_to_cart("socks", 1);
  ASSERT_NE(get<Declined>(place("l", kDecliningCard)), nullptr);
  ASSERT_NE(get<Paid>(place("k")), nullptr);  // the same answer again: counted once
  EXPECT_TRUE(counted("ff_orders_total{status=\"pending_payment\"} 2"));
  EXPECT_TRUE(counted("ff_orders_total{status=\"paid\"} 1"));
  EXPECT_TRUE(counted("ff_orders_total{status=\"declined\"} 1"));
  EXPECT_TRUE(counted("ff_revenue_minor_units_total{currency=\"EUR\"} 4490"));
  EXPECT_TRUE(counted("ff_cart_changes_total{change=\"created\"} 1"));
  EXPECT_TRUE(counted("ff_cart_changes_total{change=\"added\"} 2"));
  EXPECT_TRUE(counted("ff_checkout_totals_mismatch_total 0"));
}

TEST_F(CheckoutTest, BuyNowOrdersItsLinesAndLeavesTheCart) {
  add_to_cart("socks", 1);
  Request made = request("k");
  made.lines = {{variant("shirt"), 1, {}}};
  ASSERT_NE(get<Paid>(place(made)), nullptr);
  EXPECT_EQ(lines_in_cart(), 1u);
  EXPECT_EQ(stock("shirt").sold, 1);
}

TEST_F(CheckoutTest, WhileTheGatewayCantBeAskedNoCardOrderIsPlacedAndRecordedAnswersAreGivenAgain) {
  Result<void> there;
  settings.gateway_reachable = [&there]() -> Task<Result<void>> { co_return there; };
  Service careful{catalogue, store.carts(), orders, committer, gateway,
                  rules,     clock,         random, settings,  metrics};
  const auto buy = [&](const char* key) {
    Request made = request(key);
    made.lines = {{variant("shirt"), 1, {}}};
    return made;
  };
  const auto first = run(careful.place(buy("k1")));
  const Paid* paid = get<Paid>(first);
  ASSERT_NE(paid, nullptr);

  there = fail(ErrorCode::kOverloaded, "too many wait");
  EXPECT_EQ(code_of(run(careful.place(buy("k2")))), ErrorCode::kOverloaded);
  there = fail(ErrorCode::kUnavailable, "nobody listens");
  EXPECT_EQ(code_of(run(careful.place(buy("k2")))), ErrorCode::kUnavailable);
  EXPECT_EQ(stock("shirt").held, 0);
  const auto again = run(careful.place(buy("k1")));
  ASSERT_NE(get<Paid>(again), nullptr);
  EXPECT_EQ(get<Paid>(again)->order->id, paid->order->id);
  Request other_card = buy("k1");
  other_card.card->number = kDecliningCard;
  EXPECT_EQ(code_of(run(careful.place(other_card))), ErrorCode::kKeyReused);
  Request on_delivery = buy("k3");
  on_delivery.method = orders::PaymentMethod::kOnDelivery;
  on_delivery.card.reset();
  EXPECT_NE(get<Paid>(run(careful.place(on_delivery))), nullptr);

  there = {};
  EXPECT_NE(get<Paid>(run(careful.place(buy("k2")))), nullptr) << "the refused key is as good as new";
  sweep();
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, APaymentOnDeliveryIsOneCommitAndAsksNoGateway) {
  add_to_cart("shirt", 1);
  Request made = request("k");
  made.method = orders::PaymentMethod::kOnDelivery;
  made.card.reset();
  const auto answer = place(made);
  const Paid* placed = get<Paid>(answer);
  ASSERT_NE(placed, nullptr);
  EXPECT_EQ(placed->order->state, State::kPlaced);
  EXPECT_EQ(placed->order->version, 1);
  EXPECT_THAT(ledger.payments, IsEmpty());
  EXPECT_EQ(lines_in_cart(), 0u);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, AnOrderThatCostsNothingIsPaidAtOnce) {
  rules.delivery[0].price = euros(0);
  add_to_cart("gift", 1);
  const auto answer = place("k");
  const Paid* paid = get<Paid>(answer);
  ASSERT_NE(paid, nullptr);
  EXPECT_EQ(paid->order->state, State::kPaid);
  EXPECT_EQ(paid->order->method, orders::PaymentMethod::kFree);
  EXPECT_THAT(ledger.payments, IsEmpty());
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, RefusesWhatDoesNotFitAndChangesNothing) {
  EXPECT_EQ(first_field(place("k")), "cart") << "empty";
  add_to_cart("shirt", 1);
  Request other = request("k");
  other.expected_total = euros(1);
  EXPECT_EQ(first_field(place(other)), "expected_total");
  other = request("k");
  other.delivery_method = "pigeon";
  EXPECT_EQ(first_field(place(other)), "delivery_method");
  other = request("k");
  other.method = orders::PaymentMethod::kFree;
  EXPECT_EQ(first_field(place(other)), "payment_method");
  other = request("k");
  other.card.reset();
  EXPECT_EQ(first_field(place(other)), "card_number");
  other = request("k");
  other.lines = {{VariantId{9999}, 1, {}}};
  EXPECT_EQ(first_field(place(other)), "lines[0].variant");
  other.lines = {{variant("shirt"), 100, {}}};
  EXPECT_EQ(first_field(place(other)), "lines[0].quantity");
  other.lines = {{variant("shirt"), 1, {}}, {variant("shirt"), 1, {}}};
  EXPECT_EQ(first_field(place(other)), "lines[1].variant");
  other = request("k");
  other.deadline = clock.now();
  EXPECT_EQ(code_of(place(other)), ErrorCode::kOverloaded);

  EXPECT_EQ(stock("shirt").available, 3);
  EXPECT_NE(get<Paid>(place("k")), nullptr) << "the key was never used up";
}

TEST_F(CheckoutTest, WhoeverLeavesBeforeTheOrderIsQueuedHasNone) {
  add_to_cart("shirt", 1);
  Request left = request("k");
  int asked = 0;
  left.abandoned = [&asked] { return ++asked > 0; };
  EXPECT_EQ(code_of(place(left)), ErrorCode::kOverloaded);
  EXPECT_EQ(asked, 1);
  EXPECT_EQ(stock("shirt").available, 3);
  EXPECT_NE(get<Paid>(place("k")), nullptr) << "the key was never used up";
  const auto answers = [this](const char* answer) {
    return metrics.counter("ff_checkout_answers_total", "Checkouts by their answer", {{"answer", answer}})
        .value();
  };
  EXPECT_EQ(answers("abandoned"), 1u);
  EXPECT_EQ(answers("overloaded"), 0u) << "nobody was refused";
  EXPECT_EQ(answers("paid"), 1u);
}

TEST_F(CheckoutTest, AnOrderOverWhatASaleAllowsIsRefusedInWordsAndChangesNothing) {
  settings.limits = [](const orders::Order& order) {
    return std::vector{orders::PurchaseLimit{"friday", order.email, order.lines[0].quantity, 2}};
  };
  Service limited(catalogue, store.carts(), orders, committer, gateway, rules, clock, random, settings,
                  metrics);
  add_to_cart("socks", 3);
  const auto refused = run(limited.place(request("k")));
  EXPECT_EQ(first_field(refused), "limit");
  EXPECT_EQ(stock("socks").available, 100);
  Request fewer = request("k");
  fewer.lines = {{variant("socks"), 2, {}}};
  EXPECT_NE(get<Paid>(run(limited.place(fewer))), nullptr);
  Request more = request("other");
  more.lines = {{variant("socks"), 1, {}}};
  EXPECT_EQ(first_field(run(limited.place(more))), "limit");
  EXPECT_NE(get<Paid>(run(limited.place(fewer))), nullptr) << "a retry is answered as before";
}

TEST_F(CheckoutTest, SoldOutSaysWhichLineAndHowManyAreLeftAndLeavesTheKeyUsable) {
  add_to_cart("socks", 1);
  add_to_cart("shirt", 4);
  const auto answer = place("k");
  const SoldOut* sold_out = get<SoldOut>(answer);
  ASSERT_NE(sold_out, nullptr);
  ASSERT_EQ(sold_out->lines.size(), 1u);
  EXPECT_EQ(sold_out->lines[0].title, "The shirt, M");
  EXPECT_EQ(sold_out->lines[0].wanted, 4);
  EXPECT_EQ(sold_out->lines[0].available, 3);
  EXPECT_EQ(stock("socks").available, 100);
  Request fewer = request("k");
  fewer.lines = {{variant("shirt"), 3, {}}};
  EXPECT_NE(get<Paid>(place(fewer)), nullptr);
}

TEST_F(CheckoutTest, ADeclinedCardReleasesTheStockKeepsTheCartAndSaysWhy) {
  add_to_cart("shirt", 3);
  const auto answer = place("k", kDecliningCard);
  const Declined* declined = get<Declined>(answer);
  ASSERT_NE(declined, nullptr);
  EXPECT_THAT(declined->order->reason, testing::HasSubstr("declined"));
  EXPECT_EQ(stock("shirt").available, 3);
  EXPECT_EQ(lines_in_cart(), 1u);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, AnswersARetryWithWhatWasRecordedAndChargesOnce) {
  add_to_cart("shirt", 1);
  const auto first = place("k");
  const auto again = place("k");  // the cart is empty by now
  ASSERT_NE(get<Paid>(first), nullptr);
  ASSERT_NE(get<Paid>(again), nullptr);
  EXPECT_EQ(get<Paid>(first)->order->id, get<Paid>(again)->order->id);
  EXPECT_EQ(stock("shirt").sold, 1);
  EXPECT_EQ(ledger.payments.size(), 1u);

  add_to_cart("socks", 1);
  const auto declined = place("d", kDecliningCard);
  const auto declined_again = place("d", kDecliningCard);
  ASSERT_NE(get<Declined>(declined_again), nullptr);
  EXPECT_EQ(get<Declined>(declined)->order, get<Declined>(declined_again)->order);
}

TEST_F(CheckoutTest, RefusesTheSameKeyWithAnotherBody) {
  add_to_cart("shirt", 1);
  ASSERT_NE(get<Paid>(place("k")), nullptr);
  Request other = request("k");
  other.address.line1 = "Street 2";
  EXPECT_EQ(code_of(place(other)), ErrorCode::kKeyReused);
  add_to_cart("shirt", 1);
  EXPECT_EQ(code_of(place(other)), ErrorCode::kKeyReused);
  EXPECT_EQ(ledger.payments.size(), 1u);
}

TEST_F(CheckoutTest, TheSameKeyInAnotherCartIsAnotherOrder) {
  add_to_cart("shirt", 1);
  ASSERT_NE(get<Paid>(place("k")), nullptr);
  cart = CartId{Token::make(random)};
  add_to_cart("shirt", 1);
  ASSERT_NE(get<Paid>(place("k")), nullptr);
  EXPECT_EQ(stock("shirt").sold, 2);
}

TEST_F(CheckoutTest, WhileARequestIsAtWorkItsTwinIsToldToWait) {
  add_to_cart("shirt", 1);
  fate = [](Operation operation, const std::string&) {
    return operation == Operation::kAuthorise ? Fate{.answer_takes = seconds(3)} : Fate{};
  };
  std::optional<Result<Answer>> first;
  start(request("k"), first);
  ASSERT_FALSE(first.has_value());
  EXPECT_EQ(code_of(place("k")), ErrorCode::kInProgress);
  pass(seconds(5));
  ASSERT_TRUE(first.has_value());
  ASSERT_NE(get<Paid>(*first), nullptr);
  EXPECT_NE(get<Paid>(place("k")), nullptr);
  EXPECT_EQ(ledger.payments.size(), 1u);
}

TEST_F(CheckoutTest, AnUnknownPaymentIsPendingTheSameForARetryAndSettledByTheSweeper) {
  add_to_cart("shirt", 1);
  const auto answer = place("k", kReplyLostCard);
  const Pending* pending = get<Pending>(answer);
  ASSERT_NE(pending, nullptr);
  EXPECT_EQ(stock("shirt").held, 1);
  const auto again = place("k", kReplyLostCard);
  ASSERT_NE(get<Pending>(again), nullptr);
  EXPECT_EQ(get<Pending>(again)->order, pending->order);

  sweep();
  EXPECT_EQ(read(pending->order).state, State::kPaid);
  EXPECT_EQ(stock("shirt").sold, 1);
  EXPECT_EQ(lines_in_cart(), 0u);
  EXPECT_NE(get<Paid>(place("k", kReplyLostCard)), nullptr);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, APaymentThatNeverArrivesIsGivenUpOnlyAfterTheHoldAndCanNotArriveLater) {
  add_to_cart("shirt", 1);
  const auto answer = place("k", kNeverArrivesCard);
  const Pending* pending = get<Pending>(answer);
  ASSERT_NE(pending, nullptr);
  run(sweeper.settle_overdue());
  EXPECT_EQ(read(pending->order).state, State::kPendingPayment);
  pass(settings.hold_for);
  sweep();
  const orders::Order order = read(pending->order);
  EXPECT_EQ(order.state, State::kCancelled);
  EXPECT_FALSE(order.reason.empty());
  EXPECT_EQ(stock("shirt").available, 3);
  EXPECT_NE(get<Declined>(place("k", kNeverArrivesCard)), nullptr);

  payments::AuthoriseRequest late;
  late.key = orders::payment_key(order.id);
  late.amount = order.totals.total;
  late.card.number = kGoodCard;
  late.deadline = clock.now() + seconds(10);
  EXPECT_EQ(run(gateway.authorise(late))->status, Status::kVoided);
  EXPECT_THAT(audit(), IsEmpty());
}

// The request that placed the order died (here: its gateway call hangs beyond its lease).
class AbandonedOrder : public CheckoutTest {
 protected:
  void abandon(const std::function<Fate(Operation)>& how) {
    add_to_cart("shirt", 1);
    settings.payment_timeout = minutes(60);
    hanging = std::make_unique<Service>(catalogue, store.carts(), orders, committer, gateway, rules, clock,
                                        random, settings, metrics);
    fate = [how](Operation operation, const std::string&) { return how(operation); };
    asio::co_spawn(
        context, hanging->place(request("k")),
        [this](const std::exception_ptr&, Result<Answer> value) { old_answer = std::move(value); });
    poll();
    fate = [](Operation, const std::string&) { return Fate{}; };
    pass(settings.lease_for);
    ASSERT_FALSE(old_answer.has_value());
  }
  std::unique_ptr<Service> hanging;
  std::optional<Result<Answer>> old_answer;
};

TEST_F(AbandonedOrder, IsTakenOverByARetryThatFindsThePaymentApproved) {
  abandon([](Operation) { return Fate{.answer_takes = minutes(30)}; });
  const auto answer = place("k");
  ASSERT_NE(get<Paid>(answer), nullptr);
  EXPECT_EQ(get<Paid>(answer)->order->attempt, 2);
  pass(minutes(40));
  ASSERT_TRUE(old_answer.has_value());
  EXPECT_NE(get<Paid>(*old_answer), nullptr) << "the late one finds the order paid";
  sweep();
  EXPECT_EQ(stock("shirt").sold, 1);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(AbandonedOrder, IsTakenOverByARetryThatFindsNoPaymentAndPaysUnderTheSameKey) {
  abandon([](Operation) { return Fate{.request_takes = minutes(30)}; });
  ASSERT_NE(get<Paid>(place("k")), nullptr);
  pass(minutes(40));
  sweep();
  EXPECT_EQ(ledger.payments.size(), 1u);
  EXPECT_EQ(ledger.payments.begin()->second.captures, 1);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(AbandonedOrder, IsTakenOverByARetryAlsoAfterItsHoldWasReleased) {
  abandon([](Operation) { return Fate{.request_takes = minutes(30)}; });
  pass(settings.hold_for);
  fate = [](Operation, const std::string&) { return Fate{.answer_lost = true}; };
  run(sweeper.settle_overdue());
  EXPECT_EQ(stock("shirt").held, 0);
  fate = [](Operation, const std::string&) { return Fate{}; };
  EXPECT_NE(get<Paid>(place("k")), nullptr) << "nobody told the shopper that it is being looked up";
  pass(minutes(40));
  sweep();
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, AKeyBuysAgainADayAfterItsAnswer) {
  Request made = request("k");
  made.lines = {{variant("shirt"), 1, {}}};
  const auto first = place(made);
  ASSERT_NE(get<Paid>(first), nullptr);
  sweep();
  pass(orders::kKeyKeptFor - minutes(1));
  ASSERT_NE(get<Paid>(place(made)), nullptr);
  EXPECT_EQ(stock("shirt").sold, 1);
  pass(minutes(2));
  const auto second = place(made);
  ASSERT_NE(get<Paid>(second), nullptr);
  EXPECT_NE(get<Paid>(second)->order->id, get<Paid>(first)->order->id);
  EXPECT_EQ(stock("shirt").sold, 2);
  sweep();
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(AbandonedOrder, IsCancelledByTheSweeperAndTheLatePaymentIsBarred) {
  abandon([](Operation) { return Fate{.request_takes = minutes(30)}; });
  pass(settings.hold_for);
  sweep();
  EXPECT_EQ(stock("shirt").available, 3);
  pass(minutes(40));
  ASSERT_TRUE(old_answer.has_value());
  EXPECT_NE(get<Declined>(*old_answer), nullptr);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(AbandonedOrder, AClaimThatComesAfterTheOrderWasGivenUpIsRefused) {
  // The payment arrives after the sweeper found none and decided, but before it closes.
  abandon([](Operation) { return Fate{.request_takes = seconds(100), .answer_takes = seconds(1)}; });
  pass(settings.hold_for - settings.lease_for + seconds(1));
  fate = [](Operation operation, const std::string&) {
    return operation == Operation::kClose ? Fate{.request_takes = seconds(20)} : Fate{};
  };
  sweeper_runs_in_background();
  pass(minutes(5));
  ASSERT_TRUE(old_answer.has_value());
  EXPECT_EQ(get<Paid>(*old_answer), nullptr) << "the money is on its way back";
  sweep();
  EXPECT_EQ(stock("shirt").sold, 0);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, AHoldThatExpiredIsTakenAgainWhenThePaymentTurnsOutGood) {
  add_to_cart("shirt", 1);
  bool dead = true;
  fate = [&](Operation operation, const std::string&) {
    return Fate{.answer_lost =
                    operation == Operation::kAuthorise || (dead && operation == Operation::kLookup)};
  };
  const auto answer = place("k");
  ASSERT_NE(get<Pending>(answer), nullptr);
  pass(settings.hold_for);
  run(sweeper.settle_overdue());
  EXPECT_EQ(stock("shirt").held, 0) << "given back while the gateway does not answer";
  EXPECT_EQ(read(get<Pending>(answer)->order).state, State::kPendingPayment);
  dead = false;
  pass(minutes(10));
  sweep();
  EXPECT_EQ(read(get<Pending>(answer)->order).state, State::kPaid);
  EXPECT_EQ(stock("shirt").sold, 1);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, AHoldThatWasLostToAnotherShopperGivesTheMoneyBack) {
  add_to_cart("shirt", 3);
  bool dead = true;
  fate = [&](Operation operation, const std::string&) {
    return Fate{.answer_lost =
                    operation == Operation::kAuthorise || (dead && operation == Operation::kLookup)};
  };
  const auto answer = place("k");
  ASSERT_NE(get<Pending>(answer), nullptr);
  pass(settings.hold_for);
  run(sweeper.settle_overdue());
  Request quicker = request("other");
  quicker.lines = {{variant("shirt"), 1, {}}};
  quicker.method = orders::PaymentMethod::kOnDelivery;
  ASSERT_NE(get<Paid>(place(quicker)), nullptr);

  dead = false;
  pass(minutes(10));
  sweep();
  const orders::Order order = read(get<Pending>(answer)->order);
  EXPECT_EQ(order.state, State::kCancelled);
  EXPECT_THAT(order.reason, testing::HasSubstr("sold out"));
  EXPECT_EQ(payment(order).status, Status::kVoided);
  EXPECT_NE(get<Declined>(place("k")), nullptr);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, ALostReplyOfTheStoreChangesNothingForTheShopper) {
  add_to_cart("shirt", 1);
  int placements = 0;
  int settlements = 0;
  orders.after_place = [&] { return ++placements == 1 ? std::optional(ErrorCode::kUnknown) : std::nullopt; };
  orders.after_settle = [&] {
    return ++settlements == 1 ? std::optional(ErrorCode::kUnknown) : std::nullopt;
  };
  const auto answer = place("k");
  ASSERT_NE(get<Paid>(answer), nullptr);
  EXPECT_EQ(stock("shirt").sold, 1);
  EXPECT_EQ(ledger.payments.size(), 1u);
  sweep();
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, AStoreThatStaysSilentAfterThePaymentLeavesTheOrderPendingAndTheSweeperClaimsIt) {
  add_to_cart("shirt", 1);
  bool silent = true;
  orders.after_settle = [&] { return silent ? std::optional(ErrorCode::kUnknown) : std::nullopt; };
  const auto answer = place("k");
  ASSERT_NE(get<Pending>(answer), nullptr) << "not a failure: the money may be ours";
  silent = false;
  pass(settings.lease_for);
  sweep();
  EXPECT_EQ(read(get<Pending>(answer)->order).state, State::kPaid);
  EXPECT_THAT(audit(), IsEmpty());
}

TEST_F(CheckoutTest, AShopperWhoGoesAwayStillGetsExactlyOneOrder) {
  add_to_cart("shirt", 1);
  fate = [](Operation operation, const std::string&) {
    return operation == Operation::kAuthorise ? Fate{.answer_takes = seconds(2)} : Fate{};
  };
  asio::cancellation_signal gone;
  asio::co_spawn(context, service.place(request("k")),
                 asio::bind_cancellation_slot(gone.slot(), asio::detached));
  poll();
  gone.emit(asio::cancellation_type::terminal);
  pass(seconds(5));
  EXPECT_EQ(stock("shirt").sold, 1);
  EXPECT_NE(get<Paid>(place("k")), nullptr);
  EXPECT_EQ(ledger.payments.size(), 1u);
}

TEST_F(CheckoutTest, ManyShoppersNeverBuyMoreThanThereIs) {
  std::vector<std::optional<Result<Answer>>> answers(20);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    Request made = request("k" + std::to_string(i));
    made.lines = {{variant("shirt"), 1, {}}};
    asio::co_spawn(
        context, service.place(std::move(made)),
        [&answers, i](const std::exception_ptr&, Result<Answer> value) { answers[i] = std::move(value); });
  }
  pass(seconds(5));
  int paid = 0;
  int sold_out = 0;
  for (const auto& answer : answers) {
    ASSERT_TRUE(answer.has_value());
    paid += get<Paid>(*answer) != nullptr;
    sold_out += get<SoldOut>(*answer) != nullptr;
  }
  EXPECT_EQ(paid, 3);
  EXPECT_EQ(sold_out, 17);
  sweep();
  EXPECT_THAT(audit(), IsEmpty());
}

}  // namespace
}  // namespace ff::checkout
