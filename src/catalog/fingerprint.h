// A number for everything that a page about a product shows.
#pragma once

#include <cstdint>

#include "catalog/product.h"

namespace ff::catalog {

/// Equal for equal products (attributes, which no page shows, are left out), the same on every process, and
/// for two that differ the same only by a chance of 2^-64.
std::uint64_t fingerprint_of(const Product& product);

}  // namespace ff::catalog
