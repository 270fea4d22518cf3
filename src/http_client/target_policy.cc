#include "http_client/target_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>

#include "base/text.h"
#include "http_client/libcurl.h"

namespace ff::http_client {
namespace {

constexpr std::size_t kUrlBytesMax = 2048;

using Bytes4 = std::array<std::uint8_t, 4>;
using Bytes16 = std::array<std::uint8_t, 16>;

template <typename Bytes>
struct Block {
  Bytes prefix;
  int bits;
};

template <typename Bytes>
bool is_in(const Bytes& address, const Block<Bytes>& block) {
  int left = block.bits;
  for (std::size_t i = 0; left > 0; ++i, left -= 8) {
    const int mask = left >= 8 ? 0xff : (0xff << (8 - left)) & 0xff;
    if ((address[i] & mask) != (block.prefix[i] & mask)) return false;
  }
  return true;
}

constexpr Block<Bytes4> kSpecial4[] = {
    {{0}, 8},              // this network; 0.0.0.0 reaches loopback
    {{10}, 8},             // private
    {{100, 64}, 10},       // carrier-grade NAT
    {{127}, 8},            // loopback
    {{169, 254}, 16},      // link-local, and the clouds' metadata services
    {{172, 16}, 12},       // private
    {{192, 0, 0}, 24},     // protocol assignments
    {{192, 0, 2}, 24},     // documentation
    {{192, 88, 99}, 24},   // 6to4 relays, gone
    {{192, 168}, 16},      // private
    {{198, 18}, 15},       // benchmarks
    {{198, 51, 100}, 24},  // documentation
    {{203, 0, 113}, 24},   // documentation
    {{224}, 4},            // multicast
    {{240}, 4},            // reserved, broadcast
};

// IPv6 the other way round: of all addresses only this block is handed out to the public ...
constexpr Block<Bytes16> kGlobal6 = {{0x20}, 3};
// ... and of it not these.
constexpr Block<Bytes16> kSpecial6[] = {
    {{0x20, 0x01, 0x00}, 23},        // protocol assignments: Teredo, ORCHID, benchmarks
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4: carries any IPv4 address
    {{0x3f, 0xff}, 20},              // documentation
};
constexpr Block<Bytes16> kMapped4 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96};
constexpr Block<Bytes16> kNat64 = {{0x00, 0x64, 0xff, 0x9b}, 96};
constexpr Block<Bytes16> kLoopback6 = {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128};
constexpr Block<Bytes16> kUnspecified6 = {{}, 128};
constexpr Block<Bytes16> kMulticast6 = {{0xff}, 8};

enum class Reach { kPublic, kPrivate, kLoopback, kNowhere };

Reach reach_of(const Bytes4& address) {
  if (address[0] == 127) return Reach::kLoopback;
  if (address[0] == 0 || address[0] >= 224) return Reach::kNowhere;
  for (const auto& block : kSpecial4) {
    if (is_in(address, block)) return Reach::kPrivate;
  }
  return Reach::kPublic;
}

Reach reach_of(const Bytes16& address) {
  if (is_in(address, kMapped4) || is_in(address, kNat64)) {
    Bytes4 inner;
    std::memcpy(inner.data(), address.data() + 12, inner.size());
    return reach_of(inner);
  }
  if (is_in(address, kLoopback6)) return Reach::kLoopback;
  if (is_in(address, kUnspecified6) || is_in(address, kMulticast6)) return Reach::kNowhere;
  if (!is_in(address, kGlobal6)) return Reach::kPrivate;
  for (const auto& block : kSpecial6) {
    if (is_in(address, block)) return Reach::kPrivate;
  }
  return Reach::kPublic;
}

Reach reach_of(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    Bytes4 bytes;
    std::memcpy(bytes.data(), &in.sin_addr, bytes.size());
    return reach_of(bytes);
  }
  if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    Bytes16 bytes;
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return reach_of(bytes);
  }
  return Reach::kNowhere;  // a Unix socket, or what is yet to be invented
}

bool allows(Reach reach, bool plain_http, TargetPolicy policy) {
  if (reach == Reach::kNowhere) return false;
  if (plain_http && !(reach == Reach::kPrivate && policy.plain_to_private))
    return policy.allow_private && reach == Reach::kLoopback;
  return reach == Reach::kPublic || policy.allow_private;
}

/// What a host in a URL is when it is an address and no name. libcurl has made its spellings ("0x7f.1") one.
std::optional<Reach> reach_of_literal(std::string host) {
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  if (const std::size_t zone = host.find('%'); zone != std::string::npos) host.resize(zone);
  Bytes4 four;
  if (::inet_pton(AF_INET, host.c_str(), four.data()) == 1) return reach_of(four);
  Bytes16 six;
  if (::inet_pton(AF_INET6, host.c_str(), six.data()) == 1) return reach_of(six);
  return std::nullopt;
}

class Url {
 public:
  explicit Url(const std::string& text) : url_(curl_url()) {
    valid_ = url_ && curl_url_set(url_.get(), CURLUPART_URL, text.c_str(), 0) == CURLUE_OK;
  }
  bool valid() const { return valid_; }
  std::string part(CURLUPart which) const {
    char* text = nullptr;
    if (curl_url_get(url_.get(), which, &text, 0) != CURLUE_OK || text == nullptr) return {};
    std::string copy(text);
    curl_free(text);
    return copy;
  }

 private:
  struct Cleanup {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
  };
  std::unique_ptr<CURLU, Cleanup> url_;
  bool valid_ = false;
};

}  // namespace

Result<void> check_url(const std::string& url, TargetPolicy policy) {
  if (url.size() > kUrlBytesMax) return invalid("url", "must have at most 2048 bytes");
  for (const char c : url) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7f')
      return invalid("url", "must hold no spaces or control characters");
  }
  if (auto loaded = load_libcurl(); !loaded) return loaded;
  const Url parsed(url);
  if (!parsed.valid()) return invalid("url", "must be like https://example.org/hook");
  if (!parsed.part(CURLUPART_USER).empty() || !parsed.part(CURLUPART_PASSWORD).empty())
    return invalid("url", "must hold no user name or password");
  if (url.find('#') != url.npos) return invalid("url", "must have no fragment (#...): it is never sent");
  const std::string scheme = parsed.part(CURLUPART_SCHEME);
  const std::string host = parsed.part(CURLUPART_HOST);
  if (host.empty() || (scheme != "https" && scheme != "http"))
    return invalid("url", "must be like https://example.org/hook");
  const bool plain = scheme == "http";
  if (plain && !policy.allow_private) return invalid("url", "must begin with https://");
  auto reach = reach_of_literal(host);
  const std::string name = lower_ascii(host);
  if (name == "localhost" || name.ends_with(".localhost")) reach = Reach::kLoopback;
  if (plain && !policy.plain_to_private && reach != Reach::kLoopback)
    return invalid("url", "must begin with https://, unless it is on this machine");
  if (plain && reach == Reach::kPublic)
    return invalid("url", "must begin with https://, unless it is in a private network");
  if (reach && !allows(*reach, plain, policy))
    return invalid("url", "must not lead to a private address (webhooks.allow_private)");
  return {};
}

bool may_connect(const sockaddr* address, bool plain_http, TargetPolicy policy) {
  return allows(reach_of(address), plain_http, policy);
}

bool is_public(const sockaddr* address) { return reach_of(address) == Reach::kPublic; }

std::string text_of(const sockaddr* address) {
  char text[INET6_ADDRSTRLEN] = "?";
  if (address->sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, address, sizeof in);
    ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
  } else if (address->sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, address, sizeof in);
    ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
  }
  return text;
}

}  // namespace ff::http_client
