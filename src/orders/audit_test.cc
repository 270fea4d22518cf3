#include "orders/audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace ff::orders {
namespace {

using std::chrono::minutes;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr Instant kNow{1'000'000'000'000};
constexpr Duration kLag = minutes(10);
constexpr Instant kLongAgo{kNow.us - Duration(minutes(60)).count()};

// A shop whose every row is right, and one field of it broken by each test.
class AuditorTest : public testing::Test {
 protected:
  AuditorTest() {
    paid = order("k1", State::kPaid);
    paid.payment = PaymentState::kCaptured;
    pending = order("k2", State::kPendingPayment);
    pending.holding = true;
    pending.version = 1;
    pending.updated_at = pending.hold_expires_at = kNow;
    stock = {VariantId{17}, inventory::Policy::kDeny, 10, 6, 2, 2};
    ledger_sum = 10;
    payment = {payment_key(paid.id), paid.totals.total, true, true, false, 1};
  }

  Order order(std::string key, State state) {
    Order made;
    made.id = OrderId{Uuid::v7(kNow, random)};
    made.cart = cart;
    made.idempotency_key = std::move(key);
    made.state = state;
    made.version = 2;
    made.updated_at = kLongAgo;
    made.totals.subtotal = made.totals.total = Money{5000, {}};
    Line line;
    line.variant = VariantId{17};
    line.quantity = 2;
    line.unit_price = Money{2500, {}};
    made.lines = {line};
    return made;
  }

  void feed(Auditor& auditor) {
    auditor.stock(stock, ledger_sum);
    for (const Order& each : {paid, pending}) {
      auditor.order(each);
      for (std::int32_t i = 1; i <= each.version; ++i)
        auditor.event(each.id, i, "changed");
    }
  }

  AuditReport audit() {
    Auditor auditor(kNow, kLag);
    feed(auditor);
    if (payment) auditor.payment(*payment);
    for (const Order& each : more)
      auditor.order(each);
    for (const auto& [id, sequence] : more_events)
      auditor.event(id, sequence, "changed");
    return auditor.report();
  }

  static auto violation(const std::string& invariant, const std::string& row, const std::string& what) {
    return AllOf(Field(&Violation::invariant, invariant), Field(&Violation::row, HasSubstr(row)),
                 Field(&Violation::what, HasSubstr(what)));
  }

  SeededRandom random{1};
  CartId cart{Token::make(random)};
  Order paid, pending;
  inventory::Stock stock;
  inventory::Quantity ledger_sum = 0;
  std::optional<LedgerPayment> payment;
  std::vector<Order> more;
  std::vector<std::pair<OrderId, std::int32_t>> more_events;
};

TEST_F(AuditorTest, FindsNothingInAShopThatIsRightAndCountsItsRows) {
  const AuditReport report = audit();
  EXPECT_THAT(report.violations, IsEmpty());
  EXPECT_EQ(report.variants, 1);
  EXPECT_EQ(report.orders, 2);
  EXPECT_EQ(report.events, 3);
  EXPECT_EQ(report.payments, 1);
}

TEST_F(AuditorTest, I1NamesAVariantWhoseStockDoesNotAddUp) {
  stock.available = 7;
  EXPECT_THAT(audit().violations, ElementsAre(violation("I1", "variant 17", "received is 10")));
}

TEST_F(AuditorTest, I1NamesAVariantWhoseLedgerDiffersFromItsStock) {
  ledger_sum = 12;
  EXPECT_THAT(audit().violations, ElementsAre(violation("I1", "variant 17", "ledger adds up to 12")));
}

TEST_F(AuditorTest, I1ComparesHeldWithWhatPendingOrdersHold) {
  stock.held = 3;
  stock.available = 5;
  EXPECT_THAT(audit().violations,
              ElementsAre(violation("I1", "variant 17", "held is 3, but pending orders hold 2")));
}

TEST_F(AuditorTest, I1ComparesSoldWithWhatOrdersSold) {
  stock.sold = 1;
  stock.available = 7;
  EXPECT_THAT(audit().violations, ElementsAre(violation("I1", "variant 17", "sold is 1, but orders sold 2")));
}

TEST_F(AuditorTest, I1AllowsAvailableBelowZeroOnlyForAVariantThatMayBeBackordered) {
  stock.received = ledger_sum = 1;
  stock.available = -3;
  stock.policy = inventory::Policy::kBackorder;
  EXPECT_THAT(audit().violations, IsEmpty());
  stock.policy = inventory::Policy::kDeny;
  EXPECT_THAT(audit().violations, ElementsAre(violation("I1", "variant 17", "oversold")));
}

TEST_F(AuditorTest, I1DoesNotCountLinesThatMovedNoStock) {
  paid.lines[0].counted = false;
  stock.sold = 0;
  stock.available = 8;
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_F(AuditorTest, I1RefusesAHoldOfAnOrderThatHasEnded) {
  paid.holding = true;
  stock.sold = 0;
  stock.held = 4;
  EXPECT_THAT(audit().violations, ElementsAre(violation("I1", paid.id.text(), "still holds stock")));
}

TEST_F(AuditorTest, I3NamesTheSecondOrderOfOneKey) {
  Order second = order("k1", State::kDeclined);
  second.version = 0;
  more = {second};
  EXPECT_THAT(audit().violations, ElementsAre(violation("I3", second.id.text(), paid.id.text())));
}

TEST_F(AuditorTest, I3AllowsTheSameKeyInAnotherCart) {
  Order second = order("k1", State::kDeclined);
  second.cart = CartId{Token::make(random)};
  second.version = 0;
  more = {second};
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_F(AuditorTest, I3NamesAPaymentThatWasChargedTwice) {
  payment->charges = 2;
  EXPECT_THAT(audit().violations, ElementsAre(violation("I3", payment->key, "charged 2 times")));
}

TEST_F(AuditorTest, I4NamesAPaidOrderThatTheGatewayDoesNotKnow) {
  payment.reset();
  EXPECT_THAT(audit().violations, ElementsAre(violation("I4", paid.id.text(), "knows no payment")));
}

TEST_F(AuditorTest, I4NamesAPaidOrderWhosePaymentWasGivenBack) {
  payment->returned = true;
  EXPECT_THAT(audit().violations, ElementsAre(violation("I4", paid.id.text(), "holds no money")));
}

TEST_F(AuditorTest, I4NamesACaptureOfAnotherAmount) {
  payment->amount.minor = 4999;
  EXPECT_THAT(audit().violations, ElementsAre(violation("I4", paid.id.text(), "total is 50.00 EUR")));
}

TEST_F(AuditorTest, I4NamesAnOrderWhoseTotalIsNotWhatItsLinesDeliveryAndTaxAddUpTo) {
  paid.totals.delivery = Money{490, {}};  // charged to nobody
  const AuditReport report = audit();
  EXPECT_THAT(report.violations, ElementsAre(violation("I4", paid.id.text(), "add up to something else")));
  EXPECT_THAT(report.broken, ElementsAre(0, 0, 0, 1, 0));
  paid.totals.total = payment->amount = Money{5490, {}};
  EXPECT_THAT(audit().violations, IsEmpty());
  paid.totals.tax = Money{900, {}};  // included
  EXPECT_THAT(audit().violations, IsEmpty());
  paid.totals.tax_included = false;
  paid.totals.total = payment->amount = Money{6390, {}};
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_F(AuditorTest, BeyondItsBoundOfOrdersItSaysThatItKnowsNothing) {
  Auditor auditor(kNow, kLag, 1);
  feed(auditor);
  EXPECT_TRUE(auditor.truncated());
  const AuditReport report = auditor.report();
  EXPECT_TRUE(report.truncated);
  EXPECT_EQ(report.orders, 2);
  EXPECT_THAT(report.violations, IsEmpty()) << "of half the rows nothing follows";
}

TEST_F(AuditorTest, I4NamesMoneyThatBelongsToNoOrder) {
  payment->key = "order-of-nobody";
  EXPECT_THAT(audit().violations,
              testing::Contains(violation("I4", "order-of-nobody", "belongs to no order")));
}

TEST_F(AuditorTest, I4AllowsMoneyOfAnOrderThatWasPlacedWhileTheAuditRan) {
  paid.method = PaymentMethod::kFree;
  payment->key = payment_key(OrderId{Uuid::v7(kNow - minutes(1), random)});
  EXPECT_THAT(audit().violations, IsEmpty());
  payment->key = payment_key(OrderId{Uuid::v7(kNow - minutes(60), random)});
  EXPECT_THAT(audit().violations, ElementsAre(violation("I4", payment->key, "belongs to no order")));
}

TEST_F(AuditorTest, I4LetsACaptureLagButNotForEver) {
  payment->captured = false;
  payment->charges = 0;
  paid.payment = PaymentState::kAuthorised;
  paid.updated_at = kNow - minutes(9);
  EXPECT_THAT(audit().violations, IsEmpty());
  paid.updated_at = kNow - minutes(11);
  EXPECT_THAT(audit().violations, ElementsAre(violation("I4", paid.id.text(), "not captured in time")));
}

TEST_F(AuditorTest, I4NamesACancelledOrderWhoseMoneyIsStillHeld) {
  paid.state = State::kCancelled;
  stock.sold = 0;
  stock.available = 8;
  EXPECT_THAT(audit().violations, ElementsAre(violation("I4", paid.id.text(), "not given back in time")));
  payment->returned = true;
  EXPECT_THAT(audit().violations, IsEmpty());
}

TEST_F(AuditorTest, I4NamesAnAuthorisedPaymentWhoseOrderWaitsTooLong) {
  payment = LedgerPayment{payment_key(pending.id), pending.totals.total, true, false, false, 0};
  paid.method = PaymentMethod::kFree;
  EXPECT_THAT(audit().violations, IsEmpty());
  pending.updated_at = pending.hold_expires_at = kNow - minutes(11);
  EXPECT_THAT(audit().violations,
              ElementsAre(violation("I4", pending.id.text(), "neither claimed nor given up")));
}

TEST_F(AuditorTest, I4CountsWhatIsTooYoungToBeJudged) {
  EXPECT_EQ(audit().young_orders, 0);
  payment->captured = false;
  payment->charges = 0;
  paid.payment = PaymentState::kAuthorised;
  paid.updated_at = kNow - minutes(9);
  EXPECT_EQ(audit().young_orders, 1);
  EXPECT_EQ(audit().young_payments, 0);
  paid.updated_at = kNow - minutes(11);
  EXPECT_EQ(audit().young_orders, 0) << "now it is a violation";
}

TEST_F(AuditorTest, I4CountsPaymentsWhoseOrderMayStillCome) {
  paid.method = PaymentMethod::kFree;
  payment->key = payment_key(OrderId{Uuid::v7(kNow - minutes(1), random)});
  EXPECT_EQ(audit().young_payments, 1);
}

TEST_F(AuditorTest, I4IsNotJudgedWithoutTheGatewaysLedgerAndTheOthersAre) {
  stock.available = 7;
  Auditor auditor(kNow, kLag);
  feed(auditor);
  const AuditReport report = auditor.report(Auditor::Ledger::kMissing);
  EXPECT_THAT(report.violations, ElementsAre(violation("I1", "variant 17", "received is 10")));
  EXPECT_EQ(report.card_orders, 2);
}

TEST_F(AuditorTest, I5NamesAnOrderWithAGapOrADoubleInItsEvents) {
  paid.version = 2;
  more_events = {{paid.id, 2}};
  EXPECT_THAT(audit().violations, ElementsAre(violation("I5", paid.id.text(), "numbered [1, 2, 2]")));
}

TEST_F(AuditorTest, I5NamesEventsOfAnOrderThatDoesNotExist) {
  const OrderId nobody{Uuid::v7(kNow, random)};
  more_events = {{nobody, 1}};
  EXPECT_THAT(audit().violations, ElementsAre(violation("I5", nobody.text(), "does not exist")));
}

TEST_F(AuditorTest, CountsEveryViolationButKeepsABoundedNumber) {
  for (std::size_t i = 0; i < Auditor::kViolationsMax + 5; ++i)
    more_events.emplace_back(OrderId{Uuid::v7(kNow, random)}, 1);
  const AuditReport report = audit();
  EXPECT_EQ(report.violations.size(), Auditor::kViolationsMax);
  EXPECT_EQ(report.violation_count, static_cast<std::int64_t>(Auditor::kViolationsMax) + 5);
}

}  // namespace
}  // namespace ff::orders
