#include "telemetry/trace.h"

#include <algorithm>
#include <span>

#include "base/text.h"

namespace ff::telemetry {
namespace {

constexpr std::size_t kTraceparentSize = 55;

/// Lower case only: the standard forbids upper case.
bool read_hex(std::string_view text, std::span<std::uint8_t> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = lower_hex_value(text[2 * i]);
    const int low = lower_hex_value(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

bool all_zero(std::span<const std::uint8_t> bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](std::uint8_t b) { return b == 0; });
}

void fill_nonzero(std::span<std::uint8_t> out, Random& random) {
  do {
    random.fill(std::as_writable_bytes(out));
  } while (all_zero(out));
}

/// Thirteen to nineteen digits by themselves, in groups or not: what a card's number looks like, and few ids
/// do.
bool may_hold_card_number(std::string_view id) {
  constexpr std::string_view kOfWord = "0123456789.-abcdefABCDEF", kLetters = "abcdefABCDEF";
  while (!id.empty()) {
    const std::string_view word = id.substr(0, id.find_first_not_of(kOfWord));
    id.remove_prefix(std::min(word.size() + 1, id.size()));
    const auto digits = std::count_if(word.begin(), word.end(), [](char c) { return c >= '0' && c <= '9'; });
    const bool hex = word.find_first_of(kLetters) != word.npos;
    if (!hex && digits >= 13 && digits <= 19) return true;
  }
  return false;
}

}  // namespace

void append_hex(std::string& out, std::span<const std::uint8_t> bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  char* to = &*out.insert(out.end(), 2 * bytes.size(), '0');  // on every request's way: no append per digit
  for (const std::uint8_t byte : bytes) {
    *to++ = kDigits[byte >> 4];
    *to++ = kDigits[byte & 15];
  }
}

std::string hex(std::span<const std::uint8_t> bytes) {
  std::string out;
  append_hex(out, bytes);
  return out;
}

std::optional<TraceContext> TraceContext::parse(std::string_view text) {
  if (text.size() < kTraceparentSize) return std::nullopt;
  std::array<std::uint8_t, 1> version{};
  std::array<std::uint8_t, 1> flags{};
  TraceContext context;
  if (!read_hex(text.substr(0, 2), version) || version[0] == 0xff) return std::nullopt;
  if (version[0] == 0 && text.size() != kTraceparentSize) return std::nullopt;
  if (text.size() > kTraceparentSize && text[kTraceparentSize] != '-') return std::nullopt;
  if (text[2] != '-' || text[35] != '-' || text[52] != '-') return std::nullopt;
  if (!read_hex(text.substr(3, 32), context.trace_id) || all_zero(context.trace_id)) return std::nullopt;
  if (!read_hex(text.substr(36, 16), context.span_id) || all_zero(context.span_id)) return std::nullopt;
  if (!read_hex(text.substr(53, 2), flags)) return std::nullopt;
  context.flags = flags[0] & kSampled;  // version 00 knows nothing else
  return context;
}

TraceContext TraceContext::start(Random& random) {
  TraceContext context;
  fill_nonzero(context.trace_id, random);
  fill_nonzero(context.span_id, random);
  return context;
}

TraceContext TraceContext::child(Random& random) const {
  TraceContext context = *this;
  fill_nonzero(context.span_id, random);
  return context;
}

void TraceContext::append_to(std::string& out) const {
  out += "00-";
  append_hex(out, trace_id);
  out += '-';
  append_hex(out, span_id);
  out += '-';
  append_hex(out, std::span(&flags, 1));
}

std::string TraceContext::text() const {
  std::string out;
  out.reserve(kTraceparentSize);
  append_to(out);
  return out;
}

TraceContext continue_trace(std::string_view header, Random& random, bool believed) {
  const std::optional<TraceContext> theirs = TraceContext::parse(header);
  if (!theirs) return TraceContext::start(random);
  TraceContext ours = theirs->child(random);
  if (!believed) ours.flags = 0;
  return ours;
}

bool is_sane_request_id(std::string_view id) {
  constexpr std::string_view kPunctuation = "._:/+=-";
  if (id.empty() || id.size() > 128 || may_hold_card_number(id)) return false;
  return std::all_of(id.begin(), id.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kPunctuation.find(c) != std::string_view::npos;
  });
}

void new_request_id(Random& random, std::string& out) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(std::as_writable_bytes(std::span(bytes)));
  out.clear();
  append_hex(out, bytes);
}

}  // namespace ff::telemetry
