#include "http/parser.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

#include "base/text.h"

namespace ff::http {
namespace {

constexpr std::size_t kHostBytesMax = 255 + 6;  // a DNS name and ":65535"

constexpr bool is_alnum(unsigned char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::array<bool, 256> alnum_and(std::string_view others) {
  std::array<bool, 256> table{};
  for (unsigned c = 0; c < 256; ++c)
    table[c] = is_alnum(static_cast<unsigned char>(c));
  for (const char c : others)
    table[static_cast<unsigned char>(c)] = true;
  return table;
}

constexpr auto kToken = alnum_and("!#$%&'*+-.^_`|~");  // RFC 9110 5.6.2
constexpr auto kHostName = alnum_and("-._");           // and IPv4 addresses

/// What may stand in a target. Wider than RFC 3986: browsers send some characters raw that it would escape.
/// Never white space, control characters, anything above ASCII, or what delimits an HTML attribute.
constexpr auto kTarget = [] {
  std::array<bool, 256> table{};
  for (unsigned c = 0x21; c < 0x7f; ++c)
    table[c] = true;
  for (const char c : {'"', '<', '>', '#'})
    table[static_cast<unsigned char>(c)] = false;
  return table;
}();

template <typename Table>
bool all_in(const Table& table, std::string_view text) {
  return std::all_of(text.begin(), text.end(), [&](char c) { return table[static_cast<unsigned char>(c)]; });
}

bool has_control_character(std::string_view value) {
  unsigned bad = 0;  // no early exit: the loop is vectorised
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    bad |= static_cast<unsigned>(byte < 0x20 && byte != '\t') | static_cast<unsigned>(byte == 0x7f);
  }
  return bad != 0;
}

/// The first of either from `at` on; the end of `text` where there is none.
std::size_t find_either(std::string_view text, char a, char b, std::size_t at = 0) {
  return std::min({text.find(a, at), text.find(b, at), text.size()});
}

std::optional<Method> known_method(std::string_view name) {
  for (const Method method : {Method::kGet, Method::kHead, Method::kPost, Method::kPut, Method::kPatch,
                              Method::kDelete, Method::kOptions}) {
    if (to_string(method) == name) return method;
  }
  return std::nullopt;
}

/// RFC 3986 3.2.2, what stands between the brackets: an IPv6 address; no system here knows of a later kind.
bool is_ip_literal(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> address{};
  if (text.size() >= address.size()) return false;
  std::copy(text.begin(), text.end(), address.begin());
  in6_addr parsed{};
  return inet_pton(AF_INET6, address.data(), &parsed) == 1;
}

/// Empty (RFC 3986 3.2.3) or a number that TCP has.
bool is_port(std::string_view text) {
  if (text.size() > 5) return false;
  unsigned number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + static_cast<unsigned>(c - '0');
  }
  return number <= 65'535;
}

/// uri-host [":" port]: no user part, nothing that could be taken for a path.
bool is_host(std::string_view host) {
  if (host.empty() || host.size() > kHostBytesMax) return false;
  std::string_view port;
  if (host[0] == '[') {
    const std::size_t end = host.find(']');
    if (end == host.npos || !is_ip_literal(host.substr(1, end - 1))) return false;
    port = host.substr(end + 1);
  } else {
    const std::size_t colon = std::min(host.find(':'), host.size());
    if (colon == 0) return false;
    if (!all_in(kHostName, host.substr(0, colon))) return false;
    port = host.substr(colon);
  }
  if (port.empty()) return true;
  return port[0] == ':' && is_port(port.substr(1));
}

/// What the fields say about the message itself.
struct Fields {
  Fault fault = Fault::kNone;  // the first that was found
  std::string_view host;
  unsigned hosts = 0;
  unsigned content_lengths = 0;
  unsigned transfer_encodings = 0;
  unsigned content_types = 0;
  std::uint64_t length = 0;
  bool chunked = false;
  bool expects_continue = false;
  bool close = false;  // connection options
  bool keep_alive = false;

  void note(Fault found) {
    if (fault == Fault::kNone) fault = found;
  }
};

/// Calls `take` with every element of a list that isn't empty.
template <typename Take>
void for_each_element(std::string_view list, Take&& take) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find(','), list.size());
    const std::string_view element = trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (!element.empty()) take(element);
  }
}

/// Chunked alone is understood. Other codings before one chunked at the end leave the body's end known (501);
/// anything else leaves it open (400). Empty elements, which lists may have elsewhere, are not passed over
/// here: servers disagree about them.
Fault check_transfer_encoding(std::string_view value) {
  if (iequals_ascii(value, "chunked")) return Fault::kNone;
  const std::size_t comma = value.rfind(',');
  if (comma == value.npos || !iequals_ascii(trim(value.substr(comma + 1)), "chunked"))
    return Fault::kBadTransferEncoding;
  bool others = false;
  bool sound = true;
  for_each_element(value.substr(0, comma), [&](std::string_view coding) {
    const std::string_view name = trim(coding.substr(0, coding.find(';')));
    others = true;
    sound = sound && all_in(kToken, name) && !iequals_ascii(name, "chunked");
  });
  return others && sound ? Fault::kUnknownTransferCoding : Fault::kBadTransferEncoding;
}

void judge(std::string_view name, std::string_view value, Fields& fields) {
  switch (name.size()) {
    case 4:
      if (!iequals_ascii(name, "Host")) return;
      ++fields.hosts;
      fields.host = value;
      return;
    case 6:
      if (!iequals_ascii(name, "Expect")) return;
      fields.expects_continue = iequals_ascii(value, "100-continue");
      if (!fields.expects_continue) fields.note(Fault::kUnknownExpectation);
      return;
    case 10:
      if (!iequals_ascii(name, "Connection")) return;
      for_each_element(value, [&](std::string_view option) {
        fields.close = fields.close || iequals_ascii(option, "close");
        fields.keep_alive = fields.keep_alive || iequals_ascii(option, "keep-alive");
      });
      return;
    case 12:
      // RFC 9110 5.3: no list, so one at most; the first reader would see another form than the second.
      if (iequals_ascii(name, "Content-Type") && ++fields.content_types > 1) fields.note(Fault::kBadField);
      return;
    case 14: {
      if (!iequals_ascii(name, "Content-Length")) return;
      ++fields.content_lengths;
      const std::optional<std::int64_t> number = parse_int(value);
      if (!number) return fields.note(Fault::kBadContentLength);
      fields.length = static_cast<std::uint64_t>(*number);
      return;
    }
    case 17:
      if (!iequals_ascii(name, "Transfer-Encoding")) return;
      ++fields.transfer_encodings;
      fields.chunked = true;
      if (const Fault fault = check_transfer_encoding(value); fault != Fault::kNone) fields.note(fault);
      return;
    default:
      return;
  }
}

/// Splits the lines that scan() has checked.
Fields split_fields(std::string_view lines, Request& request) {
  Fields fields;
  while (lines.size() > 2) {  // the empty line
    const std::size_t end = lines.find('\n');
    const std::string_view line = lines.substr(0, end - 1);
    lines.remove_prefix(end + 1);
    const std::size_t colon = line.find(':');
    const std::string_view name = line.substr(0, colon);
    const std::string_view value = trim(line.substr(colon + 1));
    request.headers.emplace_back(name, value);
    judge(name, value, fields);
  }
  return fields;
}

/// Smuggling starts where two readers could disagree about the body's end.
Fault check_framing(const Fields& fields, bool version_1_0) {
  if (fields.content_lengths > 1) return Fault::kBadContentLength;
  if (fields.transfer_encodings == 0) return fields.fault;
  if (fields.transfer_encodings > 1 || fields.content_lengths > 0 || version_1_0)
    return Fault::kBadTransferEncoding;
  return fields.fault;
}

/// Absolute-form ("http://host/path") becomes origin-form; its host must agree with the Host field, which
/// handlers read.
Fault split_target(const Fields& fields, Request& request, bool& https) {
  std::string_view rest = request.target;
  if (rest == "*") {
    if (request.method != Method::kOptions) return Fault::kBadTarget;
    request.path = "*";
    return Fault::kNone;
  }
  if (rest[0] != '/') {
    const std::size_t scheme = rest.find("://");
    if (scheme == rest.npos) return Fault::kBadTarget;
    https = iequals_ascii(rest.substr(0, scheme), "https");
    if (!https && !iequals_ascii(rest.substr(0, scheme), "http")) return Fault::kBadTarget;
    rest.remove_prefix(scheme + 3);
    const std::size_t end = find_either(rest, '/', '?');
    const std::string_view authority = rest.substr(0, end);
    if (!is_host(authority)) return Fault::kBadTarget;
    if (fields.hosts == 1 && !iequals_ascii(authority, fields.host)) return Fault::kBadHost;
    rest.remove_prefix(end);
  }
  const std::size_t mark = std::min(rest.find('?'), rest.size());
  std::string_view path = rest.substr(0, mark);
  request.query = rest.substr(std::min(mark + 1, rest.size()));
  if (path.empty()) path = "/";
  if (!decode_path(path, request.path)) {
    request.path = path;
    return Fault::kBadTarget;
  }
  return Fault::kNone;
}

}  // namespace

Fault check_field_line(std::string_view line) {
  if (line.empty()) return Fault::kBadField;
  if (line[0] == ' ' || line[0] == '\t') return Fault::kFoldedField;
  const std::size_t colon = line.find(':');
  if (colon == line.npos || colon == 0) return Fault::kBadField;
  if (!all_in(kToken, line.substr(0, colon))) return Fault::kBadField;
  return has_control_character(line.substr(colon + 1)) ? Fault::kControlCharacter : Fault::kNone;
}

bool decode_path(std::string_view raw, std::string& out) {
  out.clear();
  if (raw.empty() || raw[0] != '/') return false;
  bool escaped = false;
  const std::size_t plain = find_either(raw, '%', '\\');
  out = raw.substr(0, plain);
  for (std::size_t i = plain; i < raw.size(); ++i) {
    if (raw[i] == '\\') return false;
    if (raw[i] != '%') {
      out += raw[i];
      continue;
    }
    if (i + 2 >= raw.size()) return false;
    const int high = hex_value(raw[i + 1]);
    const int low = hex_value(raw[i + 2]);
    if (high < 0 || low < 0) return false;
    const int value = high * 16 + low;
    if (value < 0x20 || value == 0x7f) return false;
    if (value == '/') {
      out += "%2F";
    } else {
      out += static_cast<char>(value);
    }
    escaped = true;
    i += 2;
  }
  if (escaped && !is_utf8(out)) return false;
  for (std::size_t at = out.find("/."); at != out.npos; at = out.find("/.", at + 1)) {
    const std::string_view segment = std::string_view(out).substr(at + 1, out.find('/', at + 1) - at - 1);
    if (segment == "." || segment == "..") return false;
  }
  return true;
}

void rebase(Request& request, const char* from, const char* to) {
  const auto move = [&](std::string_view& view) {
    if (!view.empty()) view = {to + (view.data() - from), view.size()};
  };
  move(request.target);
  move(request.query);
  for (auto& [name, value] : request.headers) {
    move(name);
    move(value);
  }
}

void HeadParser::reset() {
  framing_ = Framing();
  fault_ = Fault::kNone;
  line_start_ = searched_ = message_start_ = path_start_ = path_size_ = fields_ = 0;
  method_.reset();
  request_line_done_ = head_done_ = false;
}

HeadParser::Step HeadParser::refuse(Fault fault) {
  fault_ = fault;
  framing_.keep_alive = false;
  return Step::kRefused;
}

bool HeadParser::check_request_line(std::string_view line) {
  const std::size_t first = line.find(' ');
  const std::size_t second = first == line.npos ? line.npos : line.find(' ', first + 1);
  if (second == line.npos) return refuse(Fault::kBadRequestLine), false;
  const std::string_view method = line.substr(0, first);
  const std::string_view target = line.substr(first + 1, second - first - 1);
  const std::string_view version = line.substr(second + 1);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (method.empty() || !all_in(kToken, method)) return refuse(Fault::kBadRequestLine), false;
  if (version.size() != 8 || !version.starts_with("HTTP/") || !is_digit(version[5]) || version[6] != '.' ||
      !is_digit(version[7])) {
    return refuse(Fault::kBadRequestLine), false;
  }
  // A later minor version is read as 1.1, the highest of ours (RFC 9110 6.2).
  if (version[5] != '1') return refuse(Fault::kUnknownVersion), false;
  framing_.version_1_0 = version[7] == '0';
  method_ = known_method(method);
  if (!method_) return refuse(Fault::kUnknownMethod), false;
  if (target.empty() || !all_in(kTarget, target)) return refuse(Fault::kBadTarget), false;
  return true;
}

/// Checks each line as it completes. The limits are judged at line ends and at the bytes' end alike, so
/// that one big read and many small ones meet the same one first.
bool HeadParser::scan(std::string_view bytes) {
  while (!head_done_) {
    const char* const found = static_cast<const char*>(
        searched_ < bytes.size() ? std::memchr(bytes.data() + searched_, '\n', bytes.size() - searched_)
                                 : nullptr);
    const std::size_t line_end =
        found == nullptr ? bytes.size() : static_cast<std::size_t>(found - bytes.data()) + 1;
    if (line_end > limits_.header_bytes_max) {
      return refuse(request_line_done_ ? Fault::kHeaderTooLarge : Fault::kUriTooLong), false;
    }
    if (found == nullptr) {
      searched_ = bytes.size();
      return true;
    }
    std::string_view line = bytes.substr(line_start_, line_end - 1 - line_start_);
    const bool first = line_start_ == 0;
    line_start_ = searched_ = line_end;
    if (line.empty() || line.back() != '\r') return refuse(Fault::kBadLineEnd), false;
    line.remove_suffix(1);
    if (line.find('\r') != line.npos) return refuse(Fault::kBadLineEnd), false;

    if (!request_line_done_) {
      if (line.empty() && first) {
        // Old clients end a form with a CRLF that it doesn't have; RFC 9112 2.2 asks to pass over it.
        message_start_ = line_end;
        continue;
      }
      if (!check_request_line(line)) return false;
      request_line_done_ = true;
      const std::size_t target = line.find(' ') + 1;
      if (line[target] == '/') {
        path_start_ = static_cast<std::size_t>(line.data() - bytes.data()) + target;
        path_size_ = find_either(line, ' ', '?', target) - target;
      }
    } else if (line.empty()) {
      head_done_ = true;
      framing_.head_bytes = line_end;
    } else {
      if (const Fault fault = check_field_line(line); fault != Fault::kNone) return refuse(fault), false;
      if (++fields_ > limits_.header_count_max) return refuse(Fault::kTooManyFields), false;
    }
  }
  return true;
}

HeadParser::Step HeadParser::interpret(std::string_view head, Request& request) {
  request.method = *method_;
  const std::size_t target = head.find(' ') + 1;
  request.target = head.substr(target, head.find(' ', target) - target);
  const Fields fields = split_fields(head.substr(head.find('\n') + 1), request);
  // Not even an error page may be made of a target that can't be read.
  if (const Fault fault = split_target(fields, request, framing_.https_target); fault != Fault::kNone)
    return refuse(fault);
  if (const Fault fault = check_framing(fields, framing_.version_1_0); fault != Fault::kNone)
    return refuse(fault);
  const bool host_missing = fields.hosts == 0 && !framing_.version_1_0;
  if (host_missing || fields.hosts > 1 || (fields.hosts == 1 && !is_host(fields.host)))
    return refuse(Fault::kBadHost);

  framing_.content_length = fields.length;
  framing_.chunked = fields.chunked;
  framing_.keep_alive = !fields.close && (!framing_.version_1_0 || fields.keep_alive);
  framing_.expects_continue = fields.expects_continue && !framing_.version_1_0;
  return Step::kComplete;
}

HeadParser::Step HeadParser::parse(std::string_view bytes, Request& request) {
  request.method = Method::kGet;
  request.target = request.query = {};
  request.path.clear();
  request.headers.clear();
  if (!scan(bytes)) {
    if (method_) request.method = *method_;  // HEAD gets no page, also when it is refused
    if (path_size_ > 0) request.path = bytes.substr(path_start_, path_size_);
    return Step::kRefused;
  }
  if (!head_done_) return Step::kNeedMore;
  return interpret(bytes.substr(message_start_, framing_.head_bytes - message_start_), request);
}

}  // namespace ff::http
