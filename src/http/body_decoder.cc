#include "http/body_decoder.h"

#include <algorithm>

#include "base/text.h"

namespace ff::http {
namespace {

/// A size of 16 digits fits 64 bits; leading zeros count, nobody needs them.
constexpr std::size_t kSizeDigitsMax = 16;
/// Extensions and trailers are dropped, so a client that sends more of them than this only costs.
constexpr std::size_t kOverheadBytesMax = 4096;

bool is_token_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

bool is_blank(char c) { return c == ' ' || c == '\t'; }

bool is_text(char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7f); }

}  // namespace

BodyDecoder::BodyDecoder(const Framing& framing, std::size_t body_bytes_max)
    : body_bytes_max_(body_bytes_max), remaining_(framing.content_length) {
  if (framing.chunked) {
    state_ = State::kSizeFirst;
    remaining_ = 0;
  } else if (remaining_ == 0) {
    state_ = State::kComplete;
  } else if (remaining_ > body_bytes_max) {
    state_ = refuse(Fault::kBodyTooLarge);
  } else {
    state_ = State::kLength;
  }
}

BodyDecoder::State BodyDecoder::refuse(Fault fault) {
  fault_ = fault;
  return State::kRefused;
}

/// What may follow a size or a whole extension.
BodyDecoder::State BodyDecoder::after_size(char c) {
  if (c == '\r') return State::kSizeLineFeed;
  if (c == ';') return State::kExtensionName;
  // Bad white space around the signs of an extension is passed over (RFC 9112 7.1.1, RFC 9110 5.6.3).
  return is_blank(c) ? State::kExtensionBefore : refuse(Fault::kBadChunk);
}

BodyDecoder::State BodyDecoder::next(char c) {
  switch (state_) {
    case State::kSizeFirst:
    case State::kSize: {
      const int digit = hex_value(c);
      if (digit < 0) return state_ == State::kSizeFirst ? refuse(Fault::kBadChunk) : after_size(c);
      if (++size_digits_ > kSizeDigitsMax) return refuse(Fault::kBadChunk);
      remaining_ = remaining_ * 16 + static_cast<std::uint64_t>(digit);
      return State::kSize;
    }
    case State::kExtensionBefore:
      if (is_blank(c)) return state_;
      return c == ';' ? State::kExtensionName : refuse(Fault::kBadChunk);
    case State::kExtensionName:
      if (is_blank(c)) return state_;
      return is_token_character(c) ? State::kExtensionNameMore : refuse(Fault::kBadChunk);
    case State::kExtensionNameMore:
      if (is_token_character(c)) return state_;
      if (is_blank(c)) return State::kExtensionNameEnd;
      return c == '=' ? State::kExtensionValue : after_size(c);
    case State::kExtensionNameEnd:
      if (is_blank(c)) return state_;
      if (c == ';') return State::kExtensionName;
      return c == '=' ? State::kExtensionValue : refuse(Fault::kBadChunk);
    case State::kExtensionValue:
      if (is_blank(c)) return state_;
      if (c == '"') return State::kExtensionQuoted;
      return is_token_character(c) ? State::kExtensionToken : refuse(Fault::kBadChunk);
    case State::kExtensionToken:
      return is_token_character(c) ? state_ : after_size(c);
    case State::kExtensionQuoted:
      if (c == '"') return State::kExtensionEnd;
      if (c == '\\') return State::kExtensionEscape;
      return is_text(c) ? state_ : refuse(Fault::kBadChunk);
    case State::kExtensionEscape:
      return is_text(c) ? State::kExtensionQuoted : refuse(Fault::kBadChunk);
    case State::kExtensionEnd:
      return after_size(c);
    case State::kSizeLineFeed:
      if (c != '\n') return refuse(Fault::kBadChunk);
      if (remaining_ == 0) return State::kTrailer;
      if (remaining_ > body_bytes_max_ - kept_) return refuse(Fault::kBodyTooLarge);
      return State::kData;
    case State::kDataReturn:
      return c == '\r' ? State::kDataLineFeed : refuse(Fault::kBadChunk);
    case State::kDataLineFeed:
      size_digits_ = 0;
      return c == '\n' ? State::kSizeFirst : refuse(Fault::kBadChunk);
    case State::kTrailer:
      if (c == '\r') return State::kTrailerLineFeed;
      trailer_ += c;
      return state_;
    case State::kTrailerLineFeed: {
      if (c != '\n') return refuse(Fault::kBadChunk);
      if (trailer_.empty()) return State::kComplete;
      const Fault fault = check_field_line(trailer_);
      trailer_.clear();
      return fault == Fault::kNone ? State::kTrailer : refuse(Fault::kBadChunk);
    }
    default:
      return state_;
  }
}

BodyDecoder::Step BodyDecoder::feed(std::string_view& bytes, std::string& body) {
  while (state_ != State::kComplete && state_ != State::kRefused && !bytes.empty()) {
    if (state_ == State::kLength || state_ == State::kData) {
      const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, bytes.size()));
      body += bytes.substr(0, take);
      bytes.remove_prefix(take);
      kept_ += take;
      remaining_ -= take;
      if (remaining_ == 0) state_ = state_ == State::kLength ? State::kComplete : State::kDataReturn;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    const State was = state_;
    state_ = next(c);
    const bool counted = (was >= State::kExtensionBefore && was <= State::kExtensionEnd) ||
                         was == State::kTrailer || was == State::kTrailerLineFeed;
    if (counted && ++overhead_ > kOverheadBytesMax) state_ = refuse(Fault::kBadChunk);
  }
  if (state_ == State::kComplete) return Step::kComplete;
  return state_ == State::kRefused ? Step::kRefused : Step::kNeedMore;
}

}  // namespace ff::http
