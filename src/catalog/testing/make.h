// Short ways to say what a test needs: products, catalogues, files in memory.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "catalog/csv.h"
#include "catalog/search.h"
#include "catalog/snapshot.h"

namespace ff::catalog::testing {

inline Money euros(std::int64_t whole) { return {whole * 100, Currency()}; }

/// One plain variant; its id is ten times the product's.
inline Product product(std::int64_t id, std::string title, std::int64_t price = 50) {
  Product out;
  out.id = {id};
  out.handle = slug(title);
  out.title = std::move(title);
  out.created_at = {id};
  Variant variant;
  variant.id = {id * 10};
  variant.price = euros(price);
  out.variants.push_back(variant);
  return out;
}

/// A variant for each value of the one option; ids count on from ten times the product's.
inline Product with_option(Product base, const std::string& name, const std::vector<std::string>& values) {
  base.options = {name};
  const Variant first = base.variants.at(0);
  base.variants.clear();
  for (const std::string& value : values) {
    Variant variant = first;
    variant.id.value += static_cast<std::int64_t>(base.variants.size());
    variant.options[0] = value;
    base.variants.push_back(variant);
  }
  return base;
}

inline std::shared_ptr<const Snapshot> snapshot(std::vector<Product> products,
                                                std::vector<Collection> collections = {}) {
  Catalogue catalogue;
  catalogue.version = 1;
  catalogue.products = std::move(products);
  catalogue.collections = std::move(collections);
  return std::make_shared<const Snapshot>(std::move(catalogue));
}

inline std::vector<std::string> handles(const std::vector<const Product*>& products) {
  std::vector<std::string> out;
  for (const Product* product : products)
    out.push_back(product->handle);
  return out;
}

/// The rows of a CSV; a fault is the last "row", as one field.
inline std::vector<std::vector<std::string>> rows_of(std::string_view text, csv::Limits limits = {},
                                                     std::size_t chunk_max = SIZE_MAX) {
  csv::MemorySource source(text, chunk_max);
  csv::Reader reader(source, limits);
  csv::Row row;
  std::vector<std::vector<std::string>> out;
  for (;;) {
    const auto more = reader.next(row);
    if (!more) {
      out.push_back({more.error().detail});
      return out;
    }
    if (!*more) return out;
    auto& fields = out.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i)
      fields.emplace_back(row[i]);
  }
}

}  // namespace ff::catalog::testing
