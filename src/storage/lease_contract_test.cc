// The contract of leases, on every adapter.
#include "storage/contract_fixture.h"

namespace ff::storage {
namespace {

using leadership::Lease;
using std::chrono::seconds;

template <typename Adapter>
class LeaseContract : public StoreContract<Adapter> {
 protected:
  Lease acquire(std::string name, std::string owner) {
    auto lease = run(this->shop.store().leases().acquire(std::move(name), std::move(owner), seconds(6)));
    EXPECT_TRUE(lease.has_value()) << lease.error().detail;
    return lease.value_or(Lease{});
  }
  void release(std::string name, std::string owner) {
    EXPECT_TRUE(run(this->shop.store().leases().release(std::move(name), std::move(owner))).has_value());
  }
};
TYPED_TEST_SUITE(LeaseContract, Adapters);

TYPED_TEST(LeaseContract, TheFirstWhoAsksHoldsItAndOthersLearnWhoDoes) {
  const Lease held = this->acquire("sweeper", "a");
  EXPECT_EQ(held, (Lease{"a", 1, this->clock.now() + seconds(6)}));
  EXPECT_EQ(this->acquire("sweeper", "b"), held);
  EXPECT_EQ(this->acquire("another task", "b").owner, "b");
}

TYPED_TEST(LeaseContract, ItsHolderRenewsItWithTheSameToken) {
  const Lease held = this->acquire("sweeper", "a");
  this->clock.advance(seconds(5));
  const Lease renewed = this->acquire("sweeper", "a");
  EXPECT_EQ(renewed.token, held.token);
  this->clock.advance(seconds(5));
  EXPECT_EQ(this->acquire("sweeper", "b").owner, "a");
}

TYPED_TEST(LeaseContract, OnceItIsOverAnotherTakesItWithAHigherToken) {
  const Lease held = this->acquire("sweeper", "a");
  this->clock.advance(seconds(6));
  const Lease taken = this->acquire("sweeper", "b");
  EXPECT_EQ(taken.owner, "b");
  EXPECT_GT(taken.token, held.token);
  EXPECT_EQ(this->acquire("sweeper", "a").owner, "b");
}

TYPED_TEST(LeaseContract, WhoComesBackAfterItWasOverHasAHigherTokenToo) {
  const Lease held = this->acquire("sweeper", "a");
  this->clock.advance(seconds(7));
  EXPECT_GT(this->acquire("sweeper", "a").token, held.token);
}

TYPED_TEST(LeaseContract, OneThatWasLetGoOfIsFreeAtOnceAndOnlyItsHolderCanLetGo) {
  const Lease held = this->acquire("sweeper", "a");
  this->release("sweeper", "b");
  EXPECT_EQ(this->acquire("sweeper", "b").owner, "a");
  this->release("sweeper", "a");
  const Lease taken = this->acquire("sweeper", "b");
  EXPECT_EQ(taken.owner, "b");
  EXPECT_GT(taken.token, held.token);
  this->release("sweeper", "a");
  EXPECT_EQ(this->acquire("sweeper", "c").owner, "b");
}

TYPED_TEST(LeaseContract, OfManyWhoAskAtOnceOneHoldsIt) {
  asio::io_context context;
  std::vector<Lease> told;
  const auto ask = [&](std::string owner) -> Task<void> {
    std::string name("sweeper");
    auto lease = co_await this->shop.store().leases().acquire(std::move(name), std::move(owner), seconds(6));
    EXPECT_TRUE(lease.has_value());
    if (lease) told.push_back(*lease);
  };
  for (int i = 0; i < 20; ++i) {
    asio::co_spawn(context, ask("process " + std::to_string(i)),
                   [](std::exception_ptr thrown) { EXPECT_FALSE(thrown); });
  }
  context.run();
  ASSERT_EQ(told.size(), 20u);
  EXPECT_THAT(told, testing::Each(told.front()));
}

}  // namespace
}  // namespace ff::storage
