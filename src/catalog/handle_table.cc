#include "catalog/handle_table.h"

#include <bit>
#include <functional>

namespace ff::catalog {
namespace {

std::uint64_t hash_of(std::string_view handle) { return std::hash<std::string_view>{}(handle); }
std::uint32_t print_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

}  // namespace

HandleTable::HandleTable(Products products) : slots_(std::bit_ceil(products.size() * 2 + 1)) {
  for (std::uint32_t i = 0; i < products.size(); ++i) {
    const std::string& handle = products[i].handle;
    if (find(handle, products)) continue;  // handles are unique in a store; of two the newer one counts
    const std::uint64_t hash = hash_of(handle);
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at].place != 0)
      at = (at + 1) & (slots_.size() - 1);
    slots_[at] = {print_of(hash), i + 1};
  }
}

std::optional<std::uint32_t> HandleTable::find(std::string_view handle, Products products) const {
  const std::uint64_t hash = hash_of(handle);
  for (std::size_t at = hash & (slots_.size() - 1); slots_[at].place != 0;
       at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.print == print_of(hash) && products[slot.place - 1].handle == handle) return slot.place - 1;
  }
  return std::nullopt;
}

}  // namespace ff::catalog
