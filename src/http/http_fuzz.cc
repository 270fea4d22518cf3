// Any bytes, cut anywhere, give one result: read whole and read in pieces the parser must agree on the
// outcome, the fault, what it used and what it understood; and what it accepts must keep message.h's promise.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.h"
#include "http/body_decoder.h"
#include "http/parser.h"

namespace {

using namespace ff::http;

struct Outcome {
  int step = 0;
  Fault fault = Fault::kNone;
  std::size_t used = 0;
  std::string understood;
};

void must(bool holds) {
  if (!holds) std::abort();
}

void describe(const Request& request, std::string& out) {
  const auto add = [&](std::string_view text) {
    out += text;
    out += '\0';
  };
  add(to_string(request.method));
  add(request.target);
  add(request.path);
  add(request.query);
  for (const auto& [name, value] : request.headers) {
    add(name);
    add(value);
  }
  add(request.body);
}

void check(const Request& request) {
  must(request.path == "*" || request.path.starts_with('/'));
  must(ff::is_utf8(request.path));
  for (const char c : request.path)
    must(static_cast<unsigned char>(c) >= 0x20 && c != 0x7f);
  for (const auto& [name, value] : request.headers) {
    must(!name.empty());
    for (const char c : value)
      must((static_cast<unsigned char>(c) >= 0x20 || c == '\t') && c != 0x7f);
  }
}

Outcome read(std::string_view bytes, std::size_t piece) {
  Limits limits;
  limits.header_bytes_max = 512;
  limits.header_count_max = 8;
  Outcome outcome;
  HeadParser parser(limits);
  Request request;
  HeadParser::Step step = HeadParser::Step::kNeedMore;
  std::size_t fed = 0;
  while (step == HeadParser::Step::kNeedMore && fed < bytes.size()) {
    fed = std::min(fed + piece, bytes.size());
    // A copy each time, so that the sanitizer sees reads past the end and views that outlive it.
    const std::string so_far(bytes.substr(0, fed));
    step = parser.parse(so_far, request);
    if (step == HeadParser::Step::kComplete) rebase(request, so_far.data(), bytes.data());
  }
  outcome.step = static_cast<int>(step);
  outcome.fault = parser.fault();
  if (step == HeadParser::Step::kRefused) outcome.understood = request.path;
  if (step != HeadParser::Step::kComplete) return outcome;

  outcome.used = parser.framing().head_bytes;
  BodyDecoder decoder(parser.framing(), 256);
  BodyDecoder::Step body = BodyDecoder::Step::kNeedMore;
  do {
    const std::string copy(bytes.substr(outcome.used, fed - outcome.used));
    std::string_view rest = copy;
    body = decoder.feed(rest, request.body);
    outcome.used += copy.size() - rest.size();
    if (fed == bytes.size()) break;
    fed = std::min(fed + piece, bytes.size());
  } while (body == BodyDecoder::Step::kNeedMore);
  must(request.body.size() <= 256);
  check(request);
  outcome.step = 10 + static_cast<int>(body);
  outcome.fault = decoder.fault();
  describe(request, outcome.understood);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const Outcome whole = read(bytes, bytes.size());
  for (const std::size_t piece : {std::size_t{1}, std::size_t{data[0]} + 1}) {
    const Outcome cut = read(bytes, piece);
    must(cut.step == whole.step && cut.fault == whole.fault && cut.used == whole.used &&
         cut.understood == whole.understood);
  }
  return 0;
}
