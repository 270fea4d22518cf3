// Compresses a finished body for one content encoding: brotli by libbrotlienc, gzip by libdeflate.
//
// Invariant: the result decodes to exactly `body`, or it is empty (out of memory): then send identity.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace ff::http {

enum class Effort { kQuick, kBest };  // brotli 5 and gzip 6, or brotli 11 and gzip 12

/// kIdentity copies. Blocks for as long as it takes: about a millisecond for a page with kQuick.
std::string compress(std::string_view body, Encoding encoding, Effort effort);
/// Worth compressing: text, JSON, SVG; not woff2 or PNG.
bool compressible(std::string_view content_type);
/// "br", "gzip", "".
std::string_view content_coding(Encoding encoding);

}  // namespace ff::http
