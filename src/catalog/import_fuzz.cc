// Whatever the bytes: an import is refused with named faults, or every product of it is valid and an export
// of it imports to the same.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "catalog/shopify_export.h"
#include "catalog/shopify_import.h"

namespace {

ff::Result<ff::catalog::CatalogueChange> read(std::string_view text) {
  ff::catalog::csv::MemorySource source(text);
  return ff::catalog::read_shopify_csv(source, {});
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Half of the inputs are rows under a good header: random bytes seldom make one.
  std::string text(reinterpret_cast<const char*>(data), size);
  if (size > 0 && data[0] % 2 == 0) {
    text =
        "Handle,Title,Body (HTML),Tags,Status,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant "
        "SKU,Variant "
        "Price,Variant Compare At Price,Variant Grams,Variant Inventory Tracker,Variant Inventory "
        "Qty,Variant "
        "Inventory Policy,Image Src,Image Position,Variant Image,Gift Card,Variant Tax Code,Colour\n" +
        text.substr(1);
  }
  const auto change = read(text);
  if (!change) {
    if (change.error().fields.empty()) std::abort();
    return 0;
  }
  for (const auto& product : change->upserts) {
    if (!ff::catalog::validate(product)) std::abort();
  }
  std::string exported;
  const bool written = ff::catalog::write_shopify_csv(
      change->upserts, [](ff::VariantId) { return std::nullopt; },
      [&](std::string_view piece) {
        exported += piece;
        return true;
      });
  if (!written) std::abort();
  const auto again = read(exported);
  if (!again || again->upserts != change->upserts) std::abort();
  return 0;
}
