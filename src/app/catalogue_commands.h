// The subcommands that move a catalogue in and out: import, export, seed.
#pragma once

#include <string>

#include "config/options.h"

namespace ff::app {

struct ImportRequest {
  std::string file;
  std::string collections_file;  // empty: collections stay as they are
  bool dry_run = false;
  bool replace = false;      // products that the file does not list are removed
  bool allow_empty = false;  // with `replace`: a file without a product empties the shop
  bool keep_stock = false;   // stock of variants that exist stays as it is
};

/// Prints what was (or would be) created, changed and removed. The faults of the file go to standard error, a
/// line each, the first 20 of them; the error counts them.
Result<void> import_catalogue(const config::Options& options, const ImportRequest& request);

struct ExportRequest {
  std::string file;              // empty: standard output
  std::string collections_file;  // empty: collections are not written
};

/// Writes the whole catalogue: the products, and the collections where they are asked for.
Result<void> export_catalogue(const config::Options& options, const ExportRequest& request);

/// Loads the demo shop that is built into the program; does nothing where there are products.
Result<void> seed(const config::Options& options);

}  // namespace ff::app
