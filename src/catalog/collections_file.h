// Collections as a CSV: Handle, Title, Description, Picture, Products, Tags, Types. The last three are lists
// separated by ';'.
//
// Invariant: what write_collections_csv() wrote is read back as the same collections (but for their ids).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "catalog/csv.h"
#include "catalog/product.h"

namespace ff::catalog {

/// All or nothing; the error names the first `faults_max` faults by `file` (its name), line and column, and
/// counts all. Columns in any order; Handle and Title must be there, others may be missing; unknown ones are
/// refused, since a misspelt one would go unseen.
Result<std::vector<Collection>> read_collections_csv(csv::Source& source, std::string file = {},
                                                     std::size_t faults_max = 100);

void write_collections_csv(std::string& out, std::span<const Collection> collections);

}  // namespace ff::catalog
