// Signs what is sent as Standard Webhooks says (standardwebhooks.com, version 1, symmetric):
//   webhook-signature: v1,base64(HMAC-SHA256(key, id "." timestamp "." body))
// where the secret is "whsec_" and the key in base64.
//
// Invariant: a secret that was made or accepted here has a key of 24 to 64 bytes; it is shown once, by the
// command that made it, and never logged.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/result.h"

namespace ff::webhooks {

std::string make_secret(Random& random);
Result<void> check_secret(std::string_view secret);

/// The value of webhook-signature. `timestamp`: seconds since 1970. kInvalid when the secret is none.
Result<std::string> sign(std::string_view secret, std::string_view id, std::int64_t timestamp,
                         std::string_view body);

}  // namespace ff::webhooks
