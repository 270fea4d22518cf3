// The JSON documents inside rows: a product with its variants, a collection, a cart's lines, the part of an
// order that never changes, a transaction's events.
//
// Invariant: decode(encode(x)) == x. Fields at their default are left out, unknown fields are skipped, so an
// old release reads what a newer one wrote. Amounts are minor units of the document's one "currency".
// People read these with any SQLite shell, so names are whole words.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cart/cart.h"
#include "catalog/product.h"
#include "orders/order.h"

namespace ff::storage {

/// Each appends to `out`.
void encode(std::string& out, const catalog::Product& product);  // with ids of variants, without its own
void encode(std::string& out, const catalog::Collection& collection);
void encode(std::string& out, const cart::Cart& cart);      // its lines and additions
void encode(std::string& out, const orders::Order& order);  // what has no column of its own

/// Appends `["0190…",1,"paid"]`, after a comma if it is not the first in `out`.
void append_event(std::string& out, const OrderId& order, std::int32_t sequence, std::string_view type);

/// Reads documents, reusing its memory. One thread. Each returns false for a document that it can't read.
class DocumentReader {
 public:
  DocumentReader();
  ~DocumentReader();

  bool decode(std::string_view document, catalog::Product& product);
  bool decode(std::string_view document, catalog::Collection& collection);
  bool decode(std::string_view document, cart::Cart& cart);  // its lines and additions
  bool decode(std::string_view document, orders::Order& order);
  /// A row of event_batches. Calls `event(id, sequence, type)`.
  template <typename Event>
  bool events(std::string_view document, Event event) {
    std::vector<EventEntry> entries;
    if (!decode(document, entries)) return false;
    for (const EventEntry& entry : entries)
      event(entry.order, entry.sequence, entry.type);
    return true;
  }

 private:
  struct EventEntry {
    OrderId order;
    std::int32_t sequence = 0;
    std::string type;
  };
  bool decode(std::string_view document, std::vector<EventEntry>& entries);

  struct Parser;
  std::unique_ptr<Parser> parser_;
};

}  // namespace ff::storage
