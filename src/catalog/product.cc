#include "catalog/product.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "catalog/picture_url.h"

namespace ff::catalog {
namespace {

constexpr std::size_t kHandleBytesMax = 255;
constexpr std::size_t kShortTextBytesMax =
    1024;  // vendor, type, tag, option name or value, SKU, alt text ...
constexpr std::size_t kAttributesMax = 32 * 1024;  // a few columns of 2048 variants
constexpr std::size_t kAttributeBytesMax = 64 * 1024;
constexpr std::int64_t kGramsMax = 1'000'000'000;

class Checker {
 public:
  void require(bool holds, std::string_view field, std::string_view message) {
    if (holds) return;
    error_.fields.push_back({std::string(field), std::string(message)});
  }
  /// Text that a page may show: well-formed, no NUL, within `bytes_max`.
  void text(std::string_view value, std::string_view field, std::size_t bytes_max = kShortTextBytesMax) {
    require(value.size() <= bytes_max, field, "is too long");
    require(is_utf8(value) && value.find('\0') == value.npos, field, "is not well-formed UTF-8 text");
  }
  Result<void> result(std::string_view handle) {
    if (error_.fields.empty()) return {};
    const FieldError& first = error_.fields.front();
    error_.code = ErrorCode::kInvalid;
    error_.detail = fmt::format("product '{}': {} {}", handle, first.field, first.message);
    return tl::unexpected(std::move(error_));
  }

 private:
  Error error_;
};

void check_variant(const Product& product, std::size_t index, Checker& check) {
  const Variant& variant = product.variants[index];
  // Most catalogues have far more variants than faults: name the field only when something is wrong.
  const auto name = [index](std::string_view member) {
    return fmt::format("variants[{}].{}", index, member);
  };
  for (std::size_t i = 0; i < kOptionsMax; ++i) {
    const bool used = i < product.options.size();
    if (variant.options[i].empty() == used) {
      check.require(false, name(fmt::format("options[{}]", i)),
                    used ? "must have a value" : "must be empty: the product has no such option");
    }
    if (variant.options[i].size() > kShortTextBytesMax || !is_utf8(variant.options[i])) {
      check.text(variant.options[i], name(fmt::format("options[{}]", i)));
    }
  }
  const auto text = [&](const std::string& value, std::string_view member) {
    if (value.size() > kShortTextBytesMax || !is_utf8(value)) check.text(value, name(member));
  };
  text(variant.sku, "sku");
  text(variant.barcode, "barcode");
  const auto amount_ok = [](Money money) { return money.minor >= 0 && money.minor <= Money::kMinorMax; };
  if (!amount_ok(variant.price))
    check.require(false, name("price"), "must be between 0 and the largest amount");
  if (variant.compare_at) {
    if (!amount_ok(*variant.compare_at) || !(variant.compare_at->currency == variant.price.currency)) {
      check.require(false, name("compare_at"), "must be an amount in the currency of the price");
    }
  }
  if (!(variant.price.currency == product.variants[0].price.currency)) {
    check.require(false, name("price"), "must be in the same currency as the other variants");
  }
  if (variant.grams < 0 || variant.grams > kGramsMax) {
    check.require(false, name("grams"), fmt::format("must be between 0 and {}", kGramsMax));
  }
  if (variant.picture < -1 || variant.picture >= static_cast<std::int64_t>(product.pictures.size())) {
    check.require(false, name("picture"), "must be a picture of the product");
  }
}

}  // namespace

Result<void> validate(const Product& product) {
  Checker check;
  check.require(!product.handle.empty() && slug(product.handle) == product.handle, "handle",
                "must be lower-case letters, digits and single dashes");
  check.require(product.handle.size() <= kHandleBytesMax, "handle", "is too long");
  check.require(!trim(product.title).empty(), "title", "must not be empty");
  check.text(product.title, "title", kTitleBytesMax);
  check.text(product.body_html, "body_html", kBodyBytesMax);
  check.text(product.vendor, "vendor");
  check.text(product.type, "type");
  check.text(product.seo_title, "seo_title");
  check.text(product.seo_description, "seo_description", kAttributeBytesMax);

  check.require(product.tags.size() <= kTagsMax, "tags", fmt::format("must be at most {}", kTagsMax));
  check.require(std::adjacent_find(product.tags.begin(), product.tags.end(), std::greater_equal<>()) ==
                    product.tags.end(),
                "tags", "must be sorted, no two the same");
  for (const std::string& tag : product.tags) {
    check.require(!tag.empty(), "tags", "must not be empty");
    check.text(tag, "tags");
  }

  check.require(product.options.size() <= kOptionsMax, "options",
                fmt::format("must be at most {}", kOptionsMax));
  for (std::size_t i = 0; i < product.options.size(); ++i) {
    check.require(!product.options[i].empty(), "options", "must have a name");
    check.text(product.options[i], "options");
    for (std::size_t j = 0; j < i; ++j) {
      check.require(product.options[i] != product.options[j], "options", "must have different names");
    }
  }

  check.require(product.pictures.size() <= kPicturesMax, "pictures",
                fmt::format("must be at most {}", kPicturesMax));
  for (std::size_t i = 0; i < product.pictures.size(); ++i) {
    const Picture& picture = product.pictures[i];
    const auto field = [i](std::string_view member) { return fmt::format("pictures[{}].{}", i, member); };
    const auto url = PictureUrl::parse(picture.url);
    check.require(url && url->text() == picture.url, field("url"),
                  "must be https:// with a host, or a path of ours, as PictureUrl writes it");
    check.text(picture.alt, field("alt"));
  }

  check.require(product.attributes.size() <= kAttributesMax, "attributes",
                fmt::format("must be at most {}", kAttributesMax));
  for (const auto& [name, value] : product.attributes) {
    check.require(!name.empty(), "attributes", "must have a name");
    check.text(name, "attributes");
    check.text(value, "attributes", kAttributeBytesMax);
  }

  check.require(!product.variants.empty() && product.variants.size() <= kVariantsMax, "variants",
                fmt::format("must be between 1 and {}", kVariantsMax));
  std::set<std::array<std::string_view, kOptionsMax>> seen;
  for (std::size_t i = 0; i < product.variants.size(); ++i) {
    check_variant(product, i, check);
    const auto& values = product.variants[i].options;
    if (!seen.insert({values[0], values[1], values[2]}).second) {
      check.require(false, fmt::format("variants[{}].options", i), "must differ from the other variants'");
    }
  }
  return check.result(product.handle);
}

}  // namespace ff::catalog
