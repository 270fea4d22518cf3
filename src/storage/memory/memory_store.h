// The ports on rows in memory: for tests and simulation, where its state survives a simulated crash of the
// processes that use it.
//
// Invariant: every operation happens at one moment under a mutex that is never held across a wait, and is
// answered later: the request and the answer each travel through the executor's queue, as they would to a
// real store. So a caller can die before the operation, or between it and its answer.
#pragma once

#include <mutex>

#include "storage/memory/state.h"
#include "storage/store.h"

namespace ff::storage {

class MemoryStore final : public Store {
 public:
  /// `clock` outlives the store.
  explicit MemoryStore(Clock& clock);
  ~MemoryStore() override;

  catalog::CatalogStore& catalog() override;
  cart::CartStore& carts() override;
  inventory::StockStore& stock() override;
  orders::OrderStore& orders() override;
  webhooks::WebhookStore& webhooks() override;
  sales::SaleStore& sales() override;
  leadership::LeaseStore& leases() override;
  Transfer& transfer() override;
  Task<Result<void>> check_writable() override;
  std::size_t queued() const override { return 0; }

  /// A copy of everything, at one moment.
  memory::State state() const;

 private:
  struct Rows;
  struct Catalog;
  struct Carts;
  struct Stocks;
  struct Orders;
  struct Webhooks;
  struct Sales;
  struct Leases;
  struct Moves;
  std::unique_ptr<Rows> rows_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<Carts> carts_;
  std::unique_ptr<Stocks> stocks_;
  std::unique_ptr<Orders> orders_;
  std::unique_ptr<Webhooks> webhooks_;
  std::unique_ptr<Sales> sales_;
  std::unique_ptr<Leases> leases_;
  std::unique_ptr<Transfer> transfer_;
};

}  // namespace ff::storage
