// The columns of Shopify's product CSV: what each header means, under its old and its new name.
//
// Invariant: every column of a file is either known here once, or kept by name as an attribute.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/csv.h"
#include "catalog/import_faults.h"

namespace ff::catalog::shopify {

enum class Column : std::uint8_t {
  kHandle,
  kTitle,
  kBody,
  kVendor,
  kType,
  kTags,
  kPublished,
  kStatus,
  kOption1Name,
  kOption2Name,
  kOption3Name,
  kOption1Value,
  kOption2Value,
  kOption3Value,
  kSku,
  kGrams,
  kTracker,
  kQuantity,
  kPolicy,
  kPrice,
  kCompareAt,
  kRequiresShipping,
  kTaxable,
  kBarcode,
  kImageSrc,
  kImagePosition,
  kImageAlt,
  kGiftCard,
  kSeoTitle,
  kSeoDescription,
  kVariantImage,
};
inline constexpr std::size_t kColumnCount = 31;

/// The name that export writes: the one that shops know from older exports.
std::string_view name_of(Column column);
Column option_name(std::size_t i);
Column option_value(std::size_t i);

/// Attributes of a variant rather than of its product ("Variant Tax Code", "Cost per item"): a blank cell in
/// a later row says that this variant has none.
bool is_variant_attribute(std::string_view name);
/// Where a variant's value differs from its product's: "Cost per item [variant 3]", counted from 1.
std::string override_name(std::string_view attribute, std::size_t variant_index);

class Header {
 public:
  struct Attribute {
    std::string name;
    std::size_t index;
    bool of_variant;
  };

  /// Reads the first row; says into `faults` what is missing or there twice.
  Header(const csv::Row& row, Faults& faults);

  bool has(Column column) const { return indices_[static_cast<std::size_t>(column)].has_value(); }
  /// Trimmed; "" when the file has no such column.
  std::string_view cell(const csv::Row& row, Column column) const;
  /// As the file calls it.
  std::string_view title(Column column) const;
  const std::vector<Attribute>& attributes() const { return attributes_; }
  const std::vector<std::size_t>& beyond_options() const { return beyond_options_; }  // "Option4 Name" ...
  std::size_t size() const { return size_; }

 private:
  std::array<std::optional<std::size_t>, kColumnCount> indices_;
  std::array<std::string, kColumnCount> titles_;
  std::vector<Attribute> attributes_;
  std::vector<std::size_t> beyond_options_;
  std::size_t size_ = 0;
};

}  // namespace ff::catalog::shopify
