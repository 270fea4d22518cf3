// An import that heeds what the shop has: the choices of the merchant who imports a file over a shop that is
// selling.
//
// Invariant: only the change is altered; what it then leaves alone, the store leaves alone.
#pragma once

#include <span>

#include "catalog/catalog_store.h"

namespace ff::catalog {

/// What the file does not list goes.
void remove_unlisted(CatalogueChange& change, std::span<const Product> existing);

/// A variant that the shop has keeps its stock, whatever the file says; a new one, of a product old or new,
/// begins with the file's. As in CatalogueChange, it is the same variant when its option values are.
void keep_stock(CatalogueChange& change, std::span<const Product> existing);

}  // namespace ff::catalog
