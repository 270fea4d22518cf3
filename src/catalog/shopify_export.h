// Writes the catalogue as Shopify's product CSV.
//
// Invariant: read_shopify_csv() makes the same products, pictures, attributes and stock of it, in the same
// order; ids and times of creation are the store's and are not in it. Streams: one product at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

#include "catalog/product.h"

namespace ff::catalog {

/// What is available of a tracked variant; nothing when it is not known.
using AvailableOf = std::function<std::optional<std::int64_t>(VariantId)>;
/// Takes a piece of the file; false stops the writing (a full disk).
using Sink = std::function<bool(std::string_view)>;

/// False when the sink refused.
bool write_shopify_csv(std::span<const Product> products, const AvailableOf& available, const Sink& sink);

}  // namespace ff::catalog
