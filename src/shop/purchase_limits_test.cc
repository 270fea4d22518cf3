#include "shop/purchase_limits.h"

#include <gtest/gtest.h>

namespace ff::shop {
namespace {

constexpr Instant kNoon{1'800'000'000'000'000};

sales::Posted sale(const std::string& id, std::vector<std::string> products, std::int32_t limit) {
  sales::SaleSettings settings;
  settings.id = *sales::SaleId::parse(id);
  settings.title = id;
  settings.products = std::move(products);
  settings.starts_at = kNoon;
  settings.ends_at = kNoon + std::chrono::hours(1);
  settings.per_shopper_max = limit;
  return {sales::Sale(settings, {}, sales::first_queue(settings, kNoon)), {}, false};
}

orders::Order order(std::string email,
                    const std::vector<std::pair<std::string, inventory::Quantity>>& lines) {
  orders::Order made;
  made.email = std::move(email);
  for (const auto& [handle, quantity] : lines) {
    orders::Line line;
    line.handle = handle;
    line.quantity = quantity;
    made.lines.push_back(std::move(line));
  }
  return made;
}

TEST(PurchaseLimits, CountWhatTheSaleCoversForTheMailboxAndForTheCart) {
  std::vector<sales::Posted> posted;
  posted.push_back(sale("friday", {"hat", "shirt"}, 3));
  const sales::Board board(std::move(posted));
  const auto limits =
      purchase_limits(board, order("ada@example.org", {{"shirt", 2}, {"socks", 9}, {"hat", 1}}), kNoon);
  ASSERT_EQ(limits.size(), 2u);
  for (const orders::PurchaseLimit& limit : limits) {
    EXPECT_EQ(limit.sale, "friday");
    EXPECT_EQ(limit.units, 3);
    EXPECT_EQ(limit.units_max, 3);
    EXPECT_EQ(limit.shopper.find("ada"), std::string::npos);
  }
  EXPECT_NE(limits[0].shopper, limits[1].shopper);
}

TEST(PurchaseLimits, NobodyIsLimitedBeforeAfterOrBesideASale) {
  std::vector<sales::Posted> posted;
  posted.push_back(sale("friday", {"shirt"}, 3));
  posted.push_back(sale("open", {}, 0));
  const sales::Board board(std::move(posted));
  EXPECT_TRUE(purchase_limits(board, order("a@b.org", {{"socks", 9}}), kNoon).empty());
  EXPECT_TRUE(purchase_limits(board, order("a@b.org", {{"shirt", 9}}), kNoon - Duration(1)).empty());
  EXPECT_TRUE(
      purchase_limits(board, order("a@b.org", {{"shirt", 9}}), kNoon + std::chrono::hours(1)).empty());
}

TEST(PurchaseLimits, OneMailboxHasOneNameHoweverItIsSpelt) {
  EXPECT_EQ(mailbox_of("Ada.Lovelace+sale7@Example.org"), "ada.lovelace@example.org");
  EXPECT_EQ(mailbox_of("A.D.A+x@googlemail.com"), "ada@gmail.com");
  EXPECT_NE(mailbox_of("a.da@example.org"), mailbox_of("ada@example.org"));
}

}  // namespace
}  // namespace ff::shop
