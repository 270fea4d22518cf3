// The bytes after a head to a body: by Content-Length or chunked (RFC 9112 7.1).
//
// It takes a byte at a time and holds no more than one trailer line, however long extensions and trailers
// are.
//
// Invariant: the outcome depends on the bytes only, not on how they were cut; nothing past the body's end is
// consumed; no more than `body_bytes_max` is ever kept. Every size, extension, line end and trailer is
// checked strictly; extensions and trailers are dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "http/fault.h"
#include "http/parser.h"

namespace ff::http {

class BodyDecoder {
 public:
  enum class Step { kNeedMore, kComplete, kRefused };

  BodyDecoder(const Framing& framing, std::size_t body_bytes_max);

  /// Appends what it decodes to `body` and removes what it used from `bytes`. After kComplete or kRefused it
  /// must not be called again. A body without bytes is complete at once.
  Step feed(std::string_view& bytes, std::string& body);
  Fault fault() const { return fault_; }

 private:
  enum class State : std::uint8_t {
    kLength,
    kSizeFirst,
    kSize,
    kExtensionBefore,  // blanks after a size or a value: only another extension may follow
    kExtensionName,
    kExtensionNameMore,
    kExtensionNameEnd,
    kExtensionValue,
    kExtensionToken,
    kExtensionQuoted,
    kExtensionEscape,
    kExtensionEnd,
    kSizeLineFeed,
    kData,
    kDataReturn,
    kDataLineFeed,
    kTrailer,
    kTrailerLineFeed,
    kComplete,
    kRefused,
  };

  State next(char c);
  State after_size(char c);
  State refuse(Fault fault);

  std::size_t body_bytes_max_;
  std::uint64_t remaining_;  // of the body (by length) or of the chunk
  std::size_t kept_ = 0;     // bytes of body so far
  std::size_t size_digits_ = 0;
  std::size_t overhead_ = 0;  // bytes of extensions and trailers so far
  std::string trailer_;       // the line at hand
  State state_;
  Fault fault_ = Fault::kNone;
};

}  // namespace ff::http
