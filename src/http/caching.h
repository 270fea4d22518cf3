// Who may keep an answer, and for how long (docs/caching.md has the table of all routes).
//
// Two readers, two fields. Browsers, and shared caches that know no better, read Cache-Control (RFC 9111). A
// CDN that knows RFC 9213 reads CDN-Cache-Control in its place, so that only it may show what is stale while
// it fetches the next (RFC 5861): in Cache-Control that would let a browser show yesterday's price, and for a
// shared cache `s-maxage` would forbid it (RFC 9111 5.2.2.10).
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace ff::http {

struct CachePolicy {
  std::string_view everyone;  // Cache-Control
  std::string_view cdn;       // CDN-Cache-Control; empty: none
};

/// The response has neither field yet.
inline void set_cache_policy(Response& response, const CachePolicy& policy) {
  response.header("Cache-Control", std::string(policy.everyone));
  if (!policy.cdn.empty()) response.header("CDN-Cache-Control", std::string(policy.cdn));
}

}  // namespace ff::http
