#include "catalog/fingerprint.h"

#include <bit>
#include <cstring>
#include <string_view>
#include <type_traits>

namespace ff::catalog {
namespace {

/// A 64-bit hash of a product's fields, eight bytes at a time: a start-up hashes the whole catalogue. Lengths
/// go in with the bytes, so that no two different products spell the same stream.
class Fingerprint {
 public:
  void add(std::string_view text) {
    add(text.size());
    while (text.size() >= 8) {
      mix(word(text.substr(0, 8)));
      text.remove_prefix(8);
    }
    if (!text.empty()) mix(word(text));
  }
  template <typename Number>
    requires std::is_integral_v<Number>
  void add(Number number) {
    mix(static_cast<std::uint64_t>(number));
  }
  void add(Money money) {
    add(money.minor);
    add(money.currency.code());
  }
  std::uint64_t value() const { return hash_; }

 private:
  /// Little-endian whatever the machine: the same on every process.
  static std::uint64_t word(std::string_view bytes) {
    std::uint64_t value = 0;
    if (std::endian::native == std::endian::little && bytes.size() == sizeof value) {
      std::memcpy(&value, bytes.data(), sizeof value);
      return value;
    }
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
    }
    return value;
  }
  void mix(std::uint64_t value) {  // MurmurHash64A's step
    constexpr std::uint64_t kFactor = 0xc6a4a7935bd1e995ULL;
    value *= kFactor;
    value ^= value >> 47;
    value *= kFactor;
    hash_ = (hash_ ^ value) * kFactor;
    hash_ ^= hash_ >> 47;
  }

  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

}  // namespace

std::uint64_t fingerprint_of(const Product& product) {
  Fingerprint print;
  print.add(product.id.value);
  for (const std::string* text : {&product.handle, &product.title, &product.body_html, &product.vendor,
                                  &product.type, &product.seo_title, &product.seo_description}) {
    print.add(*text);
  }
  print.add(product.tags.size());
  for (const std::string& tag : product.tags)
    print.add(tag);
  print.add(product.options.size());
  for (const std::string& option : product.options)
    print.add(option);
  print.add(product.variants.size());
  for (const Variant& variant : product.variants) {
    print.add(variant.id.value);
    for (const std::string& value : variant.options)
      print.add(value);
    print.add(variant.sku);
    print.add(variant.barcode);
    print.add(variant.price);
    print.add(variant.compare_at.has_value());
    if (variant.compare_at) print.add(*variant.compare_at);
    print.add(variant.grams);
    print.add(variant.taxable);
    print.add(variant.requires_shipping);
    print.add(static_cast<int>(variant.policy));
    print.add(variant.picture);
  }
  print.add(product.pictures.size());
  for (const Picture& picture : product.pictures) {
    print.add(picture.url);
    print.add(picture.alt);
  }
  print.add(product.created_at.us);
  return print.value();
}

}  // namespace ff::catalog
