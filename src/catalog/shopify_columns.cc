#include "catalog/shopify_columns.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace ff::catalog::shopify {
namespace {

struct Named {
  std::string_view name;
  Column column;
};
// The first name of a column is the one that is written. The second group is what Shopify's template is
// called by since 2024.
constexpr Named kNames[] = {
    {"Handle", Column::kHandle},
    {"Title", Column::kTitle},
    {"Body (HTML)", Column::kBody},
    {"Vendor", Column::kVendor},
    {"Type", Column::kType},
    {"Tags", Column::kTags},
    {"Published", Column::kPublished},
    {"Status", Column::kStatus},
    {"Option1 Name", Column::kOption1Name},
    {"Option2 Name", Column::kOption2Name},
    {"Option3 Name", Column::kOption3Name},
    {"Option1 Value", Column::kOption1Value},
    {"Option2 Value", Column::kOption2Value},
    {"Option3 Value", Column::kOption3Value},
    {"Variant SKU", Column::kSku},
    {"Variant Grams", Column::kGrams},
    {"Variant Inventory Tracker", Column::kTracker},
    {"Variant Inventory Qty", Column::kQuantity},
    {"Variant Inventory Policy", Column::kPolicy},
    {"Variant Price", Column::kPrice},
    {"Variant Compare At Price", Column::kCompareAt},
    {"Variant Requires Shipping", Column::kRequiresShipping},
    {"Variant Taxable", Column::kTaxable},
    {"Variant Barcode", Column::kBarcode},
    {"Image Src", Column::kImageSrc},
    {"Image Position", Column::kImagePosition},
    {"Image Alt Text", Column::kImageAlt},
    {"Gift Card", Column::kGiftCard},
    {"SEO Title", Column::kSeoTitle},
    {"SEO Description", Column::kSeoDescription},
    {"Variant Image", Column::kVariantImage},

    {"URL handle", Column::kHandle},
    {"Body HTML", Column::kBody},
    {"Description", Column::kBody},
    {"Product Type", Column::kType},
    {"Custom Product Type", Column::kType},
    {"Published on online store", Column::kPublished},
    {"SKU", Column::kSku},
    {"Weight value (grams)", Column::kGrams},
    {"Inventory tracker", Column::kTracker},
    {"Inventory quantity", Column::kQuantity},
    {"Variant Inventory Quantity", Column::kQuantity},
    {"Continue selling when out of stock", Column::kPolicy},
    {"Price", Column::kPrice},
    {"Compare-at price", Column::kCompareAt},
    {"Variant Compare-at Price", Column::kCompareAt},
    {"Requires shipping", Column::kRequiresShipping},
    {"Charge tax", Column::kTaxable},
    {"Barcode", Column::kBarcode},
    {"Product image URL", Column::kImageSrc},
    {"Variant image URL", Column::kVariantImage},
};

std::optional<Column> known(std::string_view name) {
  for (const Named& one : kNames) {
    if (iequals_ascii(one.name, name)) return one.column;
  }
  return std::nullopt;
}

/// "Option4 Name", "Option10 Value": more options than a product can have.
bool is_beyond_options(std::string_view name) {
  const std::string lower = lower_ascii(name);
  if (!lower.starts_with("option") || !(lower.ends_with(" name") || lower.ends_with(" value"))) return false;
  const auto number = parse_int(std::string_view(lower).substr(6, lower.find(' ') - 6));
  return number && *number > 3;
}

}  // namespace

std::string_view name_of(Column column) {
  return std::find_if(std::begin(kNames), std::end(kNames),
                      [column](const Named& n) { return n.column == column; })
      ->name;
}

Column option_name(std::size_t i) {
  return static_cast<Column>(static_cast<std::size_t>(Column::kOption1Name) + i);
}
Column option_value(std::size_t i) {
  return static_cast<Column>(static_cast<std::size_t>(Column::kOption1Value) + i);
}

bool is_variant_attribute(std::string_view name) {
  const std::string lower = lower_ascii(name);
  constexpr std::string_view kPrefixes[] = {
      "variant ", "cost per item", "price / ",         "compare-at price / ",
      "tax code", "weight unit",   "unit price ",      "fulfillment service",
      "hs code",  "harmonized",    "country of origin"};
  return std::any_of(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return lower.starts_with(prefix); });
}

std::string override_name(std::string_view attribute, std::size_t variant_index) {
  return fmt::format("{} [variant {}]", attribute, variant_index + 1);
}

Header::Header(const csv::Row& row, Faults& faults) : size_(row.size()) {
  const std::int64_t line = row.place().line;
  if (row.size() == 1 && row[0].find_first_of(";\t") != std::string_view::npos) {
    faults.add(line, "", "the columns must be separated by commas");
    return;
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    const std::string_view name = trim(row[i]);
    if (name.empty()) continue;
    if (const auto column = known(name)) {
      auto& index = indices_[static_cast<std::size_t>(*column)];
      if (index) {
        faults.add(line, name,
                   fmt::format("the column must be there once, but is also called '{}'", title(*column)));
        continue;
      }
      index = i;
      titles_[static_cast<std::size_t>(*column)] = name;
    } else if (is_beyond_options(name)) {
      beyond_options_.push_back(i);
    } else {
      const bool twice = std::any_of(attributes_.begin(), attributes_.end(), [name](const Attribute& other) {
        return iequals_ascii(other.name, name);
      });
      if (twice) {
        faults.add(line, name, "the column must be there once");
      } else {
        attributes_.push_back({std::string(name), i, is_variant_attribute(name)});
      }
    }
  }
  for (const Column needed : {Column::kHandle, Column::kTitle, Column::kPrice}) {
    if (!has(needed)) faults.add(line, "", fmt::format("the file must have a column '{}'", name_of(needed)));
  }
}

std::string_view Header::cell(const csv::Row& row, Column column) const {
  const auto& index = indices_[static_cast<std::size_t>(column)];
  return index ? trim(row[*index]) : std::string_view{};
}

std::string_view Header::title(Column column) const {
  const std::string& title = titles_[static_cast<std::size_t>(column)];
  return title.empty() ? name_of(column) : title;
}

}  // namespace ff::catalog::shopify
