#include "webhooks/signature.h"

#include <sodium.h>

#include <array>
#include <vector>

namespace ff::webhooks {
namespace {

constexpr std::string_view kPrefix = "whsec_";
constexpr std::size_t kKeyBytesMade = 32, kKeyBytesMin = 24, kKeyBytesMax = 64;

std::string base64(const unsigned char* bytes, std::size_t size) {
  std::string text(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(text.data(), text.size(), bytes, size, sodium_base64_VARIANT_ORIGINAL);
  text.pop_back();  // its terminating zero
  return text;
}

Result<std::vector<unsigned char>> key_of(std::string_view secret) {
  const auto wrong = [] { return invalid("secret", "must be whsec_ and 24 to 64 bytes in base64"); };
  if (!secret.starts_with(kPrefix)) return wrong();
  secret.remove_prefix(kPrefix.size());
  std::vector<unsigned char> key(kKeyBytesMax);
  std::size_t size = 0;
  if (sodium_base642bin(key.data(), key.size(), secret.data(), secret.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0 ||
      size < kKeyBytesMin)
    return wrong();
  key.resize(size);
  return key;
}

}  // namespace

std::string make_secret(Random& random) {
  std::array<std::byte, kKeyBytesMade> key{};
  random.fill(key);
  return std::string(kPrefix) + base64(reinterpret_cast<const unsigned char*>(key.data()), key.size());
}

Result<void> check_secret(std::string_view secret) {
  if (auto key = key_of(secret); !key) return tl::unexpected(std::move(key.error()));
  return {};
}

Result<std::string> sign(std::string_view secret, std::string_view id, std::int64_t timestamp,
                         std::string_view body) {
  const auto key = key_of(secret);
  if (!key) return tl::unexpected(key.error());
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key->data(), key->size());
  const auto add = [&](std::string_view text) {
    crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(text.data()), text.size());
  };
  add(id);
  add(".");
  add(std::to_string(timestamp));
  add(".");
  add(body);
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> mac{};
  crypto_auth_hmacsha256_final(&state, mac.data());
  return "v1," + base64(mac.data(), mac.size());
}

}  // namespace ff::webhooks
