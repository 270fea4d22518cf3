#include "payments/shared_secret.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "base/text.h"

namespace ff::payments {
namespace {

constexpr std::string_view kScheme = "Bearer ";

using Digest = std::array<unsigned char, crypto_generichash_BYTES>;

// Two texts of any length become two of one length: comparing those says nothing about how far they agree.
Digest digest_of(std::string_view text) {
  Digest digest;
  crypto_generichash(digest.data(), digest.size(), reinterpret_cast<const unsigned char*>(text.data()),
                     text.size(), nullptr, 0);
  return digest;
}

}  // namespace

Result<SharedSecret> SharedSecret::read(const std::string& path) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::kInvalid, fmt::format("the payment gateway's token file {}: {}", path, why));
  };
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return refuse("can't be read");
  std::string secret(trim(text.str()));
  if (secret.size() < kBytesMin || secret.size() > kBytesMax)
    return refuse(fmt::format("must hold {} to {} characters", kBytesMin, kBytesMax));
  const auto is_plain = [](char c) { return c > ' ' && c < '\x7f'; };
  if (!std::all_of(secret.begin(), secret.end(), is_plain))
    return refuse("must hold one line of plain characters, without spaces");
  return SharedSecret(std::move(secret));
}

bool SharedSecret::admits(std::string_view authorization) const {
  if (!iequals_ascii(authorization.substr(0, kScheme.size()), kScheme)) return false;
  const std::string_view offered = trim(authorization.substr(kScheme.size()));
  const Digest theirs = digest_of(offered), ours = digest_of(text_);
  return sodium_memcmp(theirs.data(), ours.data(), ours.size()) == 0;
}

std::string SharedSecret::header() const { return fmt::format("Authorization: {}{}", kScheme, text_); }

}  // namespace ff::payments
