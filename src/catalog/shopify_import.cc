#include "catalog/shopify_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/text.h"
#include "catalog/html_sanitizer.h"
#include "catalog/import_faults.h"
#include "catalog/picture_url.h"
#include "catalog/shopify_columns.h"

namespace ff::catalog {
namespace {

using shopify::Column;
using shopify::Header;

constexpr std::int64_t kGramsMax = 10'000'000;
constexpr std::int64_t kProgressEvery = 512 * 1024;  // bytes
constexpr std::int64_t kPositionMax = 1'000'000;

/// What is known of a product only while its file is read.
struct Draft {
  std::int64_t line = 0;  // of its first row
  bool faulty = false;    // a fault was named: what follows from it is not
  std::vector<std::int64_t> variant_lines;
  std::vector<std::int64_t> picture_positions;
};

/// The column in which a person mends what validate() found in a member of a product.
std::optional<Column> column_of(std::string_view member) {
  static constexpr std::pair<std::string_view, Column> kMembers[] = {
      {"handle", Column::kHandle},
      {"title", Column::kTitle},
      {"body_html", Column::kBody},
      {"vendor", Column::kVendor},
      {"type", Column::kType},
      {"seo_title", Column::kSeoTitle},
      {"tags", Column::kTags},
      {"seo_description", Column::kSeoDescription},
      {"options", Column::kOption1Name},
      {"sku", Column::kSku},
      {"barcode", Column::kBarcode},
      {"price", Column::kPrice},
      {"compare_at", Column::kCompareAt},
      {"grams", Column::kGrams},
      {"options[0]", Column::kOption1Value},
      {"options[1]", Column::kOption2Value},
      {"options[2]", Column::kOption3Value},
      {"alt", Column::kImageAlt},
      {"pictures", Column::kImageSrc},
      {"url", Column::kImageSrc}};
  for (const auto& [name, column] : kMembers) {
    if (name == member) return column;
  }
  return std::nullopt;
}

std::optional<bool> truth_of(std::string_view text) {
  for (const std::string_view yes : {"true", "yes", "1"}) {
    if (iequals_ascii(text, yes)) return true;
  }
  for (const std::string_view no : {"false", "no", "0"}) {
    if (iequals_ascii(text, no)) return false;
  }
  return std::nullopt;
}

class Importer {
 public:
  Importer(csv::Source& source, const ImportOptions& options)
      : options_(options), reader_(source), faults_(options.source, options.faults_max) {}

  Result<CatalogueChange> run();

 private:
  /// The next row into row_; false at the end or at a fault that ends the reading.
  bool next_row();
  void read_row();
  Draft* draft_of_row(bool& first);
  void read_product_cells(Product& product, Draft& draft, bool first);
  void read_status(Product& product);
  void read_options(Product& product, const Draft& draft, Variant& variant);
  void read_variant(Product& product, Draft& draft);
  void read_stock(const Product& product, Variant& variant);
  void read_attributes(Product& product, std::size_t variant_index);
  std::int32_t picture(Product& product, Draft& draft, Column column, bool at_position);
  void finish(Product& product, Draft& draft);
  void finish_pictures(Product& product, const Draft& draft);
  void find_duplicates(const Product& product, Draft& draft);

  std::string_view cell(Column column) const { return header_->cell(row_, column); }
  void fault(Column column, std::string_view rule) {
    faults_.add(row_.place().line, header_->title(column), rule);
  }
  void note(Column column, std::string how) const {
    if (options_.note)
      options_.note({place_in(options_.source, row_.place().line, header_->title(column)), std::move(how)});
  }
  bool flag(Column column, bool otherwise);
  std::optional<Money> amount(Column column);

  const ImportOptions& options_;
  csv::Reader reader_;
  csv::Row row_;
  Faults faults_;
  std::optional<Header> header_;
  CatalogueChange change_;
  std::vector<Draft> drafts_;  // one for each of change_.upserts
  std::unordered_map<std::string, std::size_t> by_handle_;
  std::string raw_handle_;  // of the row before
  std::size_t current_ = SIZE_MAX;
  std::size_t base_of_ = SIZE_MAX;  // the product whose attributes base_ holds
  std::vector<std::string> base_;   // its first row's, by attribute column
  std::int64_t variant_count_ = 0;
};

Result<CatalogueChange> Importer::run() {
  if (next_row()) {
    header_.emplace(row_, faults_);
    if (faults_.count() == 0) {
      std::int64_t reported = 0;
      while (next_row()) {
        read_row();
        if (options_.progress && reader_.bytes_read() - reported >= kProgressEvery) {
          reported = reader_.bytes_read();
          options_.progress(reported);
        }
      }
    }
  } else if (faults_.count() == 0) {
    faults_.add(1, "", "the file must have a header row");
  }
  for (std::size_t i = 0; i < drafts_.size(); ++i)
    finish(change_.upserts[i], drafts_[i]);
  if (faults_.count() > 0) return tl::unexpected(faults_.take());
  if (options_.progress) options_.progress(reader_.bytes_read());
  return std::move(change_);
}

bool Importer::next_row() {
  auto more = reader_.next(row_);
  if (!more) {
    faults_.add(more.error(), reader_.fault());
    return false;
  }
  return *more;
}

void Importer::read_row() {
  if (row_.blank()) return;
  const std::int64_t faults_before = faults_.count();
  for (std::size_t i = header_->size(); i < row_.size(); ++i) {
    if (!trim(row_[i]).empty()) {
      faults_.add(row_.place(i).line, fmt::format("column {}", i + 1),
                  "the row must not be longer than the header");
      break;
    }
  }
  bool first = false;
  Draft* const draft = draft_of_row(first);
  if (draft == nullptr) return;
  Product& product = change_.upserts[current_];
  for (const std::size_t i : header_->beyond_options()) {
    if (trim(row_[i]).empty()) continue;
    faults_.add(row_.place().line, "", fmt::format("a product must have at most {} options", kOptionsMax));
    break;
  }
  read_product_cells(product, *draft, first);
  bool has_variant = first || !cell(Column::kPrice).empty() || !cell(Column::kSku).empty();
  for (std::size_t o = 0; o < kOptionsMax; ++o)
    has_variant |= !cell(shopify::option_value(o)).empty();
  picture(product, *draft, Column::kImageSrc, true);
  if (has_variant) read_variant(product, *draft);
  if (faults_.count() != faults_before) draft->faulty = true;
}

Draft* Importer::draft_of_row(bool& first) {
  const std::string_view raw = cell(Column::kHandle);
  if (raw.empty()) {
    fault(Column::kHandle, "every row must have the handle of its product");
    return nullptr;
  }
  if (current_ != SIZE_MAX && raw == raw_handle_) return &drafts_[current_];
  std::string handle = slug(raw);
  // Letters that have no Latin form: still one handle for one text, the same every time.
  if (handle.empty()) handle = fmt::format("product-{:016x}", fingerprint(raw));
  const auto [slot, fresh] = by_handle_.try_emplace(handle, drafts_.size());
  raw_handle_ = raw;
  current_ = slot->second;
  first = fresh;
  if (fresh) {
    change_.upserts.emplace_back().handle = std::move(handle);
    drafts_.emplace_back().line = row_.place().line;
  }
  return &drafts_[current_];
}

bool Importer::flag(Column column, bool otherwise) {
  const std::string_view text = cell(column);
  if (text.empty()) return otherwise;
  const auto truth = truth_of(text);
  if (!truth) fault(column, "must be true or false");
  return truth.value_or(otherwise);
}

void Importer::read_product_cells(Product& product, Draft& draft, bool first) {
  const std::string_view title = cell(Column::kTitle);
  if (first && title.empty()) fault(Column::kTitle, "the first row of a product must have its title");
  if (!title.empty() && !product.title.empty() && title != product.title) {
    fault(Column::kTitle,
          fmt::format("the product of line {} has this handle and another title", draft.line));
  }
  const auto take = [this](std::string& into, Column column) {
    if (into.empty()) into = cell(column);
  };
  take(product.title, Column::kTitle);
  take(product.vendor, Column::kVendor);
  take(product.type, Column::kType);
  take(product.seo_title, Column::kSeoTitle);
  take(product.seo_description, Column::kSeoDescription);
  if (const std::string_view body = cell(Column::kBody); product.body_html.empty() && !body.empty()) {
    if (body.size() > kBodyBytesMax) {
      fault(Column::kBody, fmt::format("must be at most {} bytes", kBodyBytesMax));
    } else {
      product.body_html = sanitize_html(body);
    }
  }
  if (std::string_view tags = cell(Column::kTags); product.tags.empty() && !tags.empty()) {
    while (!tags.empty()) {
      const std::size_t comma = std::min(tags.find(','), tags.size());
      if (const std::string_view tag = trim(tags.substr(0, comma)); !tag.empty())
        product.tags.emplace_back(tag);
      tags.remove_prefix(std::min(comma + 1, tags.size()));
    }
    std::sort(product.tags.begin(), product.tags.end());
    product.tags.erase(std::unique(product.tags.begin(), product.tags.end()), product.tags.end());
    product.tags.shrink_to_fit();
    if (product.tags.size() > kTagsMax)
      fault(Column::kTags, fmt::format("must be at most {} tags", kTagsMax));
  }
  if (!first) return;
  read_status(product);
  if (flag(Column::kGiftCard, false)) {
    product.attributes.emplace_back(shopify::name_of(Column::kGiftCard), "true");
  }
}

void Importer::read_status(Product& product) {
  const std::string_view status = cell(Column::kStatus);
  if (status.empty() || iequals_ascii(status, "active")) {
    product.status = Status::kActive;
  } else if (iequals_ascii(status, "draft") || iequals_ascii(status, "unlisted")) {
    product.status = Status::kDraft;
  } else if (iequals_ascii(status, "archived")) {
    product.status = Status::kArchived;
  } else {
    fault(Column::kStatus, "must be active, draft or archived");
  }
  if (!flag(Column::kPublished, true) && product.status == Status::kActive) product.status = Status::kDraft;
}

void Importer::read_options(Product& product, const Draft& draft, Variant& variant) {
  const bool first = product.variants.empty();
  for (std::size_t o = 0; o < kOptionsMax; ++o) {
    const Column name_column = shopify::option_name(o);
    const Column value_column = shopify::option_value(o);
    const std::string_view name = cell(name_column);
    const std::string_view value = cell(value_column);
    if (!name.empty()) {
      if (first && product.options.size() == o) {
        product.options.emplace_back(name);
      } else if (first) {
        fault(name_column, "the options before this one must have a name");
      } else if (o >= product.options.size() || product.options[o] != name) {
        fault(name_column, fmt::format("must be the name that the option has on line {}", draft.line));
      }
    }
    const bool has_option = o < product.options.size();
    if (has_option && value.empty()) {
      fault(value_column,
            fmt::format("the variant must have a value for the option '{}'", product.options[o]));
    }
    if (!has_option && !value.empty()) {
      fault(name_column, fmt::format("the option with the value '{}' must have a name", value.substr(0, 64)));
    }
    if (has_option) variant.options[o] = value;
  }
}

std::optional<Money> Importer::amount(Column column) {
  const std::string_view text = cell(column);
  if (text.empty()) return std::nullopt;
  auto money = Money::parse_decimal(text, options_.currency);
  if (!money) {
    fault(column, money.error().fields.at(0).message);
    return std::nullopt;
  }
  return *money;
}

void Importer::read_variant(Product& product, Draft& draft) {
  if (product.variants.size() == kVariantsMax) {
    if (!draft.faulty)
      fault(Column::kHandle, fmt::format("a product must have at most {} variants", kVariantsMax));
    return;
  }
  if (++variant_count_ > kImportVariantsMax) {
    if (variant_count_ == kImportVariantsMax + 1) {
      fault(Column::kHandle, fmt::format("a file must have at most {} variants", kImportVariantsMax));
    }
    return;
  }
  Variant variant;
  read_options(product, draft, variant);
  variant.sku = cell(Column::kSku);
  if (variant.sku.starts_with('\'')) variant.sku.erase(0, 1);  // how spreadsheets keep "007" a text
  variant.barcode = cell(Column::kBarcode);
  if (variant.barcode.starts_with('\'')) variant.barcode.erase(0, 1);
  variant.price.currency = options_.currency;
  if (cell(Column::kPrice).empty()) fault(Column::kPrice, "the variant must have a price");
  if (const auto price = amount(Column::kPrice)) variant.price = *price;
  variant.compare_at = amount(Column::kCompareAt);
  if (variant.compare_at && variant.compare_at->minor == 0) variant.compare_at.reset();
  variant.requires_shipping = flag(Column::kRequiresShipping, true);
  variant.taxable = flag(Column::kTaxable, true);
  if (const std::string_view grams = cell(Column::kGrams); !grams.empty()) {
    double value = -1;
    const auto [end, error] =
        std::from_chars(grams.data(), grams.data() + grams.size(), value, std::chars_format::fixed);
    if (error != std::errc() || end != grams.data() + grams.size() || !(value >= 0 && value <= kGramsMax)) {
      fault(Column::kGrams, fmt::format("must be a number between 0 and {}", kGramsMax));
    } else {
      variant.grams = std::llround(value);
    }
  }
  read_stock(product, variant);
  variant.picture = picture(product, draft, Column::kVariantImage, false);
  read_attributes(product, product.variants.size());
  product.variants.push_back(std::move(variant));
  draft.variant_lines.push_back(row_.place().line);
}

void Importer::read_stock(const Product& product, Variant& variant) {
  const std::string_view policy = cell(Column::kPolicy);
  variant.policy = StockPolicy::kDeny;
  if (iequals_ascii(policy, "continue")) {
    variant.policy = StockPolicy::kBackorder;
  } else if (!policy.empty() && !iequals_ascii(policy, "deny")) {
    // Under its new name, "Continue selling when out of stock", the column says true or false.
    const auto continues = truth_of(policy);
    if (!continues) {
      const bool old_name = iequals_ascii(header_->title(Column::kPolicy), shopify::name_of(Column::kPolicy));
      fault(Column::kPolicy, old_name ? "must be deny or continue" : "must be true or false");
      return;
    }
    if (*continues) variant.policy = StockPolicy::kBackorder;
  }
  if (cell(Column::kTracker).empty()) {
    variant.policy = StockPolicy::kUntracked;
    return;
  }
  const std::string_view text = cell(Column::kQuantity);
  if (text.empty()) return;
  const bool negative = text.starts_with('-');
  const auto size = parse_int(negative ? text.substr(1) : text);
  if (!size || *size > kImportQuantityMax) {
    fault(Column::kQuantity, fmt::format("must be a whole number up to {}", kImportQuantityMax));
  } else if (negative && *size > 0 && variant.policy != StockPolicy::kBackorder) {
    note(Column::kQuantity,
         fmt::format("{} is read as 0: the variant is sold out, and its policy is 'deny'", text));
    change_.stock.push_back({product.handle, product.variants.size(), 0});
  } else {
    change_.stock.push_back({product.handle, product.variants.size(), negative ? -*size : *size});
  }
}

void Importer::read_attributes(Product& product, std::size_t variant_index) {
  const auto& columns = header_->attributes();
  if (variant_index == 0) {
    base_.resize(columns.size());
    base_of_ = current_;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      base_[i] = trim(row_[columns[i].index]);
      if (!base_[i].empty()) product.attributes.emplace_back(columns[i].name, base_[i]);
    }
    return;
  }
  if (base_of_ != current_) {  // the rows of this product are not together
    base_of_ = current_;
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const auto same =
          std::find_if(product.attributes.begin(), product.attributes.end(),
                       [&](const auto& attribute) { return attribute.first == columns[i].name; });
      base_[i] = same == product.attributes.end() ? std::string() : same->second;
    }
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string_view value = trim(row_[columns[i].index]);
    if (value == base_[i] || (value.empty() && !columns[i].of_variant)) continue;
    product.attributes.emplace_back(shopify::override_name(columns[i].name, variant_index), value);
  }
}

/// The index of the picture that the cell names, which becomes one of the product's; -1 if it names none.
std::int32_t Importer::picture(Product& product, Draft& draft, Column column, bool at_position) {
  const std::string_view source = cell(column);
  if (source.empty()) return -1;
  auto parsed = PictureUrl::parse(source);
  if (!parsed) {
    fault(column, parsed.error().fields.front().message);
    return -1;
  }
  std::string url = std::move(*parsed).text();
  std::int64_t position = INT64_MAX;  // those without one come last, as they stand in the file
  if (at_position) {
    if (const std::string_view text = cell(Column::kImagePosition); !text.empty()) {
      const auto number = parse_int(text);
      if (!number || *number > kPositionMax) {
        fault(Column::kImagePosition, "must be a whole number from 1 on");
        return -1;
      }
      position = *number;
    }
  }
  const std::string_view alt = at_position ? cell(Column::kImageAlt) : std::string_view{};
  for (std::size_t i = 0; i < product.pictures.size(); ++i) {
    if (product.pictures[i].url != url) continue;
    draft.picture_positions[i] = std::min(draft.picture_positions[i], position);
    if (product.pictures[i].alt.empty()) product.pictures[i].alt = alt;
    return static_cast<std::int32_t>(i);
  }
  if (product.pictures.size() == kPicturesMax) {
    if (!draft.faulty) fault(column, fmt::format("a product must have at most {} pictures", kPicturesMax));
    return -1;
  }
  product.pictures.push_back({std::move(url), std::string(alt)});
  draft.picture_positions.push_back(position);
  return static_cast<std::int32_t>(product.pictures.size() - 1);
}

void Importer::finish(Product& product, Draft& draft) {
  if (draft.faulty) return;
  if (product.options.size() == 1 && product.variants.size() == 1 &&
      iequals_ascii(product.options[0], "Title") &&
      iequals_ascii(product.variants[0].options[0], "Default Title")) {
    product.options.clear();
    product.variants[0].options[0].clear();
  }
  product.variants.shrink_to_fit();
  std::sort(product.attributes.begin(), product.attributes.end());
  product.attributes.shrink_to_fit();
  finish_pictures(product, draft);
  find_duplicates(product, draft);
  if (draft.faulty) return;
  const auto valid = validate(product);
  if (valid) return;
  for (const FieldError& error : valid.error().fields) {
    std::int64_t line = draft.line;
    std::string_view member = error.field;
    if (member.starts_with("variants[")) {
      std::size_t index = 0;
      std::from_chars(member.data() + 9, member.data() + member.size(), index);
      if (index < draft.variant_lines.size()) line = draft.variant_lines[index];
    }
    member.remove_prefix(member.find('.') + 1);  // of "variants[3].sku" the end; of "title" all
    const auto column = column_of(member);
    faults_.add(line, column ? header_->title(*column) : member, error.message);
  }
}

void Importer::finish_pictures(Product& product, const Draft& draft) {
  std::vector<std::size_t> order(product.pictures.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return draft.picture_positions[a] < draft.picture_positions[b];
  });
  std::vector<std::int32_t> moved(order.size());
  std::vector<Picture> sorted;
  sorted.reserve(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    moved[order[i]] = static_cast<std::int32_t>(i);
    sorted.push_back(std::move(product.pictures[order[i]]));
  }
  product.pictures = std::move(sorted);
  for (Variant& variant : product.variants) {
    if (variant.picture >= 0) variant.picture = moved[static_cast<std::size_t>(variant.picture)];
  }
}

void Importer::find_duplicates(const Product& product, Draft& draft) {
  std::vector<std::size_t> order(product.variants.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    order[i] = i;
  const auto& variants = product.variants;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return variants[a].options < variants[b].options; });
  for (std::size_t i = 1; i < order.size(); ++i) {
    if (variants[order[i]].options != variants[order[i - 1]].options) continue;
    draft.faulty = true;
    faults_.add(draft.variant_lines[order[i]], header_->title(Column::kOption1Value),
                fmt::format("the variant must differ from that of line {} in an option",
                            draft.variant_lines[order[i - 1]]));
  }
}

}  // namespace

Result<CatalogueChange> read_shopify_csv(csv::Source& source, const ImportOptions& options) {
  return Importer(source, options).run();
}

}  // namespace ff::catalog
