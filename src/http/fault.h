// Why a request was refused before a handler saw it: a closed list, so that it can be a metric's label.
#pragma once

#include <cstdint>
#include <string_view>

namespace ff::http {

enum class Fault : std::uint8_t {
  kNone,
  kBadRequestLine,
  kBadLineEnd,           // CR or LF alone
  kControlCharacter,     // in a field's value
  kFoldedField,          // obs-fold
  kBadField,             // no colon, space before it, a name that is no token; Content-Type twice
  kBadTarget,            // characters, escapes, dot segments, not UTF-8
  kBadHost,              // missing, double or malformed
  kBadContentLength,     // double or not a number
  kBadTransferEncoding,  // where the body ends is not known: no chunked at the end, Content-Length beside it
  kUnknownTransferCoding,  // another coding before chunked
  kBadChunk,               // size, extension, line end or trailer
  kUriTooLong,
  kHeaderTooLarge,
  kTooManyFields,
  kBodyTooLarge,
  kUnknownMethod,
  kUnknownVersion,
  kUnknownExpectation,
  kMisdirected,  // an https target on a connection without TLS
  kHeaderTimeout,
  kBodyTimeout,
};
inline constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::kBodyTimeout) + 1;

/// 400, 408, 413, 414, 417, 421, 431, 501 or 505.
int status_of(Fault fault);
/// "bad_chunk": for metrics and logs.
std::string_view to_string(Fault fault);

}  // namespace ff::http
