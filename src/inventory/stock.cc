#include "inventory/stock.h"

namespace ff::inventory {

bool hold(Stock& stock, Quantity quantity) {
  if (stock.policy == Policy::kUntracked) return true;
  if (stock.policy == Policy::kDeny && stock.available < quantity) return false;
  stock.available -= quantity;
  stock.held += quantity;
  return true;
}

void release(Stock& stock, Quantity quantity) {
  stock.held -= quantity;
  stock.available += quantity;
}

void sell_held(Stock& stock, Quantity quantity) {
  stock.held -= quantity;
  stock.sold += quantity;
}

bool sell(Stock& stock, Quantity quantity) {
  if (!hold(stock, quantity)) return false;
  if (stock.policy != Policy::kUntracked) sell_held(stock, quantity);
  return true;
}

void unsell(Stock& stock, Quantity quantity) {
  stock.sold -= quantity;
  stock.available += quantity;
}

void adjust(Stock& stock, Quantity delta) {
  stock.received += delta;
  stock.available += delta;
}

}  // namespace ff::inventory
