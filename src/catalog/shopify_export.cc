#include "catalog/shopify_export.h"

#include <fmt/format.h>

#include <array>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "catalog/csv.h"
#include "catalog/shopify_columns.h"

namespace ff::catalog {
namespace {

using shopify::Column;

constexpr std::size_t kFlushBytes = 256 * 1024;

std::string_view status_text(Status status) {
  switch (status) {
    case Status::kActive:
      return "active";
    case Status::kDraft:
      return "draft";
    case Status::kArchived:
      return "archived";
  }
  return {};
}

/// "Cost per item [variant 3]" of a product with three variants: column "Cost per item", index 2.
struct Override {
  std::string_view column;
  std::size_t variant = 0;
};
std::optional<Override> override_of(std::string_view name, std::size_t variants) {
  constexpr std::string_view kMark = " [variant ";
  const std::size_t mark = name.rfind(kMark);
  if (mark == name.npos || !name.ends_with(']')) return std::nullopt;
  std::size_t number = 0;
  for (const char c : name.substr(mark + kMark.size(), name.size() - mark - kMark.size() - 1)) {
    if (c < '0' || c > '9' || number > kVariantsMax) return std::nullopt;
    number = number * 10 + static_cast<std::size_t>(c - '0');
  }
  if (number < 2 || number > variants) return std::nullopt;
  return Override{name.substr(0, mark), number - 1};
}

class Exporter {
 public:
  Exporter(std::span<const Product> products, const AvailableOf& available, const Sink& sink)
      : products_(products), available_(available), sink_(sink) {}

  bool run() {
    write_header();
    for (const Product& product : products_) {
      write(product);
      if (out_.size() >= kFlushBytes && !flush()) return false;
    }
    return flush();
  }

 private:
  bool flush() {
    const bool taken = out_.empty() || sink_(out_);
    out_.clear();
    return taken;
  }

  void write_header() {
    std::set<std::string_view> names;
    for (const Product& product : products_) {
      for (const auto& [name, value] : product.attributes) {
        const auto override = override_of(name, product.variants.size());
        names.insert(override ? override->column : std::string_view(name));
      }
    }
    names.erase(shopify::name_of(Column::kGiftCard));  // a column of its own
    for (const std::string_view name : names) {
      attribute_column_.emplace(name, attribute_names_.size());
      attribute_names_.push_back(name);
    }
    std::vector<std::string_view> header;
    for (std::size_t i = 0; i < shopify::kColumnCount; ++i) {
      header.push_back(shopify::name_of(static_cast<Column>(i)));
    }
    header.insert(header.end(), attribute_names_.begin(), attribute_names_.end());
    csv::write_row(out_, header);
  }

  void write(const Product& product) {
    // Attributes of the first row, and those rows that differ from it.
    base_.assign(attribute_names_.size(), {});
    overrides_.clear();
    bool gift_card = false;
    for (const auto& [name, value] : product.attributes) {
      if (name == shopify::name_of(Column::kGiftCard)) {
        gift_card = value == "true";
      } else if (const auto override = override_of(name, product.variants.size())) {
        overrides_[override->variant].emplace_back(attribute_column_.at(override->column), value);
      } else {
        base_[attribute_column_.at(name)] = value;
      }
    }
    const std::size_t rows = std::max(product.variants.size(), product.pictures.size());
    for (std::size_t row = 0; row < rows; ++row) {
      cells_.assign(shopify::kColumnCount + attribute_names_.size(), {});
      put(Column::kHandle, product.handle);
      if (row == 0) put_product(product, gift_card);
      if (row < product.variants.size()) put_variant(product, row);
      if (row < product.pictures.size()) {
        put(Column::kImageSrc, product.pictures[row].url);
        put(Column::kImagePosition, fmt::format("{}", row + 1));
        put(Column::kImageAlt, product.pictures[row].alt);
      }
      fields_.assign(cells_.begin(), cells_.end());
      csv::write_row(out_, fields_);
    }
  }

  void put_product(const Product& product, bool gift_card) {
    put(Column::kTitle, product.title);
    put(Column::kBody, product.body_html);
    put(Column::kVendor, product.vendor);
    put(Column::kType, product.type);
    std::string tags;
    for (const std::string& tag : product.tags) {
      if (!tags.empty()) tags += ", ";
      tags += tag;
    }
    put(Column::kTags, tags);
    put(Column::kPublished, product.status == Status::kActive ? "true" : "false");
    put(Column::kStatus, status_text(product.status));
    put(Column::kGiftCard, gift_card ? "true" : "false");
    put(Column::kSeoTitle, product.seo_title);
    put(Column::kSeoDescription, product.seo_description);
    for (std::size_t o = 0; o < product.options.size(); ++o)
      put(shopify::option_name(o), product.options[o]);
    if (product.options.empty()) put(Column::kOption1Name, "Title");
  }

  void put_variant(const Product& product, std::size_t index) {
    const Variant& variant = product.variants[index];
    for (std::size_t o = 0; o < product.options.size(); ++o)
      put(shopify::option_value(o), variant.options[o]);
    if (product.options.empty()) put(Column::kOption1Value, "Default Title");
    put(Column::kSku, text_cell(variant.sku));
    put(Column::kBarcode, text_cell(variant.barcode));
    put(Column::kGrams, fmt::format("{}", variant.grams));
    const bool tracked = variant.policy != StockPolicy::kUntracked;
    put(Column::kTracker, tracked ? "shopify" : "");
    if (tracked) {
      if (const auto available = available_(variant.id))
        put(Column::kQuantity, fmt::format("{}", *available));
    }
    put(Column::kPolicy, variant.policy == StockPolicy::kBackorder ? "continue" : "deny");
    put(Column::kPrice, variant.price.decimal());
    if (variant.compare_at) put(Column::kCompareAt, variant.compare_at->decimal());
    put(Column::kRequiresShipping, variant.requires_shipping ? "true" : "false");
    put(Column::kTaxable, variant.taxable ? "true" : "false");
    if (variant.picture >= 0) {
      put(Column::kVariantImage, product.pictures[static_cast<std::size_t>(variant.picture)].url);
    }
    for (std::size_t i = 0; i < attribute_names_.size(); ++i) {
      if (index == 0 || shopify::is_variant_attribute(attribute_names_[i])) {
        cells_[shopify::kColumnCount + i] = base_[i];
      }
    }
    if (const auto own = overrides_.find(index); own != overrides_.end()) {
      for (const auto& [column, value] : own->second)
        cells_[shopify::kColumnCount + column] = value;
    }
  }

  // The reader takes one leading apostrophe for a spreadsheet's way to mark text.
  static std::string text_cell(std::string_view text) {
    return text.starts_with('\'') ? "'" + std::string(text) : std::string(text);
  }

  void put(Column column, std::string_view text) { cells_[static_cast<std::size_t>(column)] = text; }

  std::span<const Product> products_;
  const AvailableOf& available_;
  const Sink& sink_;
  std::string out_;
  std::vector<std::string_view> attribute_names_;
  std::unordered_map<std::string_view, std::size_t> attribute_column_;
  std::vector<std::string> cells_;
  std::vector<std::string_view> fields_;
  std::vector<std::string_view> base_;
  std::unordered_map<std::size_t, std::vector<std::pair<std::size_t, std::string_view>>> overrides_;
};

}  // namespace

bool write_shopify_csv(std::span<const Product> products, const AvailableOf& available, const Sink& sink) {
  return Exporter(products, available, sink).run();
}

}  // namespace ff::catalog
