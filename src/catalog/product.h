// What the shop sells: products, their variants, the collections they are shown in.
//
// Invariants: a product has 1..kVariantsMax variants and 0..3 options; each variant has one value for each
// option and no two variants have the same values; handles are slugs and unique. A Product that came from
// validate() holds to them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/money.h"
#include "base/time.h"
#include "inventory/stock.h"

namespace ff::catalog {

inline constexpr std::size_t kOptionsMax = 3;
inline constexpr std::size_t kVariantsMax = 2048;  // Shopify's own limit, since 2024
inline constexpr std::size_t kPicturesMax = 250;
inline constexpr std::size_t kTagsMax = 250;
inline constexpr std::size_t kTitleBytesMax = 255 * 4;
inline constexpr std::size_t kBodyBytesMax = 512 * 1024;

enum class Status : std::uint8_t { kActive, kDraft, kArchived };

/// What happens when stock runs out.
using StockPolicy = inventory::Policy;

struct Variant {
  VariantId id;                                  // 0 until stored
  std::array<std::string, kOptionsMax> options;  // values; "" beyond the product's options
  std::string sku;
  std::string barcode;
  Money price;
  std::optional<Money> compare_at;  // shown struck out when above price
  std::int64_t grams = 0;
  bool taxable = true;
  bool requires_shipping = true;
  StockPolicy policy = StockPolicy::kDeny;
  std::int32_t picture = -1;  // index into Product::pictures, or -1
  bool operator==(const Variant&) const = default;
};

struct Picture {
  std::string url;  // as a PictureUrl writes it: https://..., or /pictures/... for our own drawings
  std::string alt;
  bool operator==(const Picture&) const = default;
};

struct Product {
  ProductId id;  // 0 until stored
  std::string handle;
  std::string title;
  std::string body_html;  // sanitised
  std::string vendor;
  std::string type;
  std::vector<std::string> tags;     // sorted, no two the same
  std::vector<std::string> options;  // names: "Size", "Colour"; empty for a product with one plain variant
  std::vector<Variant> variants;
  std::vector<Picture> pictures;
  std::string seo_title;
  std::string seo_description;
  Status status = Status::kActive;
  /// Import columns we don't know, sorted by name. The merchant's own (costs are among them): for export,
  /// never for a page; a Snapshot has none.
  std::vector<std::pair<std::string, std::string>> attributes;
  Instant created_at;
  bool operator==(const Product&) const = default;
};

struct Collection {
  CollectionId id;
  std::string handle;
  std::string title;
  std::string description;  // plain text
  std::string picture_url;  // like Picture::url; empty: none
  /// A product belongs when it is named in `handles`, or carries any of `tags`, or is of any of `types`.
  std::vector<std::string> handles;
  std::vector<std::string> tags;
  std::vector<std::string> types;
  bool operator==(const Collection&) const = default;
};

/// Everything that a store holds of the catalogue, with the version that it had when it was read.
struct Catalogue {
  std::uint64_t version = 0;  // grows with every change of products, prices or collections
  std::vector<Product> products;
  std::vector<Collection> collections;
};

/// What became of a catalogue since a version that somebody has of it.
struct CatalogueChanges {
  std::uint64_t version = 0;  // that they lead to
  bool all = false;  // it can't be told (any more) what changed: load the whole; nothing below is filled
  /// As they are now, each once: those created or changed, and those whose stock the catalogue adjusted.
  std::vector<Product> products;
  std::vector<std::string> removed_handles;  // of products that are there no more
  std::vector<Collection> collections;       // as they are now; a collection is never removed
};

/// Checks every invariant above; the fields of the error name what breaks which.
Result<void> validate(const Product& product);

}  // namespace ff::catalog
