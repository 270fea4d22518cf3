#include "http/message.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "http/wire.h"
#include "telemetry/trace.h"

namespace ff::http {
namespace {

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

bool is_cookie_octet(char c) { return c > ' ' && c < 0x7f && c != '"' && c != ',' && c != ';' && c != '\\'; }

/// The fields of a 200 that a 304 repeats (RFC 9110 15.4.5).
bool belongs_in_not_modified(std::string_view name) {
  for (const std::string_view kept :
       {"Cache-Control", "CDN-Cache-Control", "Content-Location", "Expires", "Vary", "Last-Modified"}) {
    if (iequals_ascii(name, kept)) return true;
  }
  return false;
}

}  // namespace

std::string_view to_string(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOptions:
      return "OPTIONS";
  }
  return "GET";
}

std::string_view to_string(Priority priority) {
  switch (priority) {
    case Priority::kAdmin:
      return "admin";
    case Priority::kSearch:
      return "search";
    case Priority::kBrowse:
      return "browse";
    case Priority::kCart:
      return "cart";
    case Priority::kCheckout:
      return "checkout";
    case Priority::kProbe:
      return "probe";
  }
  return "browse";
}

std::string_view Request::header(std::string_view name) const {
  for (const auto& [known, value] : headers) {
    if (iequals_ascii(known, name)) return value;
  }
  return {};
}

bool Request::has_header(std::string_view name) const {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& h) { return iequals_ascii(h.first, name); });
}

std::string_view Request::cookie(std::string_view name) const {
  for (const auto& [field, line] : headers) {
    if (!iequals_ascii(field, "Cookie")) continue;
    std::string_view rest = line;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(';'), rest.size());
      const std::string_view pair = trim(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
      const std::size_t equals = pair.find('=');
      if (equals == pair.npos || trim(pair.substr(0, equals)) != name) continue;
      std::string_view value = trim(pair.substr(equals + 1));
      if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
        value = value.substr(1, value.size() - 2);
      }
      return value;
    }
  }
  return {};
}

std::string_view Request::param(std::string_view name) const {
  for (const auto& [known, value] : params) {
    if (known == name) return value;
  }
  return {};
}

const std::string& Request::request_id() const {
  if (!request_id_.empty()) return request_id_;
  const std::string_view theirs = header("X-Request-Id");
  if (telemetry::is_sane_request_id(theirs)) {
    request_id_ = theirs;
  } else if (random_ != nullptr) {
    telemetry::new_request_id(*random_, request_id_);
  }
  return request_id_;
}

const telemetry::Trace& Request::trace() const {
  if (trace_.context().empty() && random_ != nullptr)
    trace_ = telemetry::Trace(telemetry::continue_trace(header("traceparent"), *random_, believed_));
  return trace_;
}

void Request::rename(Random& random, bool believed) {
  random_ = &random;
  believed_ = believed;
  request_id_.clear();
  trace_ = {};
}

std::string percent_encode(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] == '%') {
      if (i + 2 >= text.size()) return std::nullopt;
      const int high = hex_value(text[i + 1]);
      const int low = hex_value(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

Result<Form> Form::parse(std::string_view encoded, std::size_t fields_max) {
  const auto decode = [](std::string_view text) -> std::optional<std::string> {
    std::optional<std::string> out = percent_decode(text, true);
    if (!out || !is_utf8(*out) || out->find('\0') != std::string::npos) return std::nullopt;
    return out;
  };
  Form form;
  while (!encoded.empty()) {
    const std::size_t end = std::min(encoded.find('&'), encoded.size());
    const std::string_view pair = encoded.substr(0, end);
    encoded.remove_prefix(std::min(end + 1, encoded.size()));
    if (pair.empty()) continue;
    if (form.fields_.size() == fields_max) return invalid("form", "has too many fields");
    const std::size_t equals = std::min(pair.find('='), pair.size());
    std::optional<std::string> name = decode(pair.substr(0, equals));
    std::optional<std::string> value = decode(pair.substr(std::min(equals + 1, pair.size())));
    if (!name || !value) return invalid("form", "is not properly encoded UTF-8 text");
    form.fields_.emplace_back(std::move(*name), std::move(*value));
  }
  return form;
}

std::string_view Form::get(std::string_view name) const {
  for (const auto& [known, value] : fields_) {
    if (known == name) return value;
  }
  return {};
}

bool Form::has(std::string_view name) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const auto& f) { return f.first == name; });
}

std::vector<std::string_view> Form::all(std::string_view name) const {
  std::vector<std::string_view> out;
  for (const auto& [known, value] : fields_) {
    if (known == name) out.push_back(value);
  }
  return out;
}

namespace {

Response make_response(int status, std::string_view content_type, std::string body) {
  Response response;
  response.status = status;
  response.content_type = content_type;
  response.body = std::move(body);
  return response;
}

}  // namespace

Response Response::html(int status, std::string body) {
  return make_response(status, "text/html; charset=utf-8", std::move(body));
}

Response Response::json(int status, std::string body) {
  return make_response(status, "application/json", std::move(body));
}

Response Response::text(int status, std::string body) {
  return make_response(status, "text/plain; charset=utf-8", std::move(body));
}

Response Response::see_other(std::string location) {
  Response response;
  response.status = 303;
  response.header("Location", std::move(location));
  return response;
}

std::shared_ptr<const FinishedBytes> finish(const Response& response, std::string_view etag_seed,
                                            const SecurityHeaders& security) {
  auto finished = std::make_shared<FinishedBytes>();
  Response full = response;
  full.finished = nullptr;
  if (!etag_seed.empty()) {
    finished->etag = fmt::format("\"{:016x}\"", fingerprint(etag_seed));
    full.header("ETag", finished->etag);
  }
  append_head(finished->head, full, kDatePlaceholder, security);
  finished->head += "\r\n";

  Response unmodified;
  unmodified.status = 304;
  for (const auto& [name, value] : full.headers) {
    if (name == "ETag" || belongs_in_not_modified(name)) unmodified.header(name, value);
    // A policy of the response's own stays its own in the 304, which updates what the browser stored.
    if (iequals_ascii(name, "Content-Security-Policy")) unmodified.header(name, value);
  }
  append_head(finished->not_modified_head, unmodified, kDatePlaceholder, security);
  finished->not_modified_head += "\r\n";

  constexpr std::string_view kDate = "\r\nDate: ";
  finished->date_offset = finished->head.find(kDate) + kDate.size();
  finished->not_modified_date_offset = finished->not_modified_head.find(kDate) + kDate.size();
  finished->body = std::move(full.body);
  finished->file = MemoryFile::make(finished->body);
  return finished;
}

std::string set_cookie(const Cookie& cookie) {
  std::string out = cookie.name;
  out += '=';
  for (const char c : cookie.value) {
    if (is_cookie_octet(c)) out += c;
  }
  out += "; Path=/; SameSite=Lax";
  if (cookie.max_age != Duration::zero()) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(cookie.max_age).count();
    out += fmt::format("; Max-Age={}", std::max<std::int64_t>(seconds, 0));
  }
  if (!cookie.readable_by_scripts) out += "; HttpOnly";
  if (cookie.secure) out += "; Secure";
  return out;
}

namespace {

/// "0.5" -> 500; broken ones count as 0, so that what we can't read is not chosen (RFC 9110 12.4.2).
int quality_thousandths(std::string_view text) {
  if (text.empty() || (text[0] != '0' && text[0] != '1')) return 0;
  int value = (text[0] - '0') * 1000;
  if (text.size() == 1) return value;
  if (text[1] != '.' || text.size() > 5) return 0;
  int unit = 100;
  for (const char c : text.substr(2)) {
    if (c < '0' || c > '9') return 0;
    value += (c - '0') * unit;
    unit /= 10;
  }
  return std::min(value, 1000);
}

}  // namespace

Encoding negotiate(std::string_view accept_encoding) {
  int brotli = -1;  // -1: not named
  int gzip = -1;
  int any = -1;
  std::string_view rest = accept_encoding;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    std::string_view item = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    int quality = 1000;
    if (const std::size_t semicolon = item.find(';'); semicolon != item.npos) {
      std::string_view parameter = trim(item.substr(semicolon + 1));
      item = item.substr(0, semicolon);
      if (parameter.size() < 2 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=')
        continue;
      quality = quality_thousandths(trim(parameter.substr(2)));
    }
    item = trim(item);
    if (iequals_ascii(item, "br")) brotli = quality;
    if (iequals_ascii(item, "gzip") || iequals_ascii(item, "x-gzip")) gzip = quality;
    if (item == "*") any = quality;
  }
  if (brotli == -1) brotli = any;
  if (gzip == -1) gzip = any;
  // Between encodings that the client allows our preference decides, not its weights: smaller is better
  // for both sides, and browsers don't weigh.
  if (brotli > 0) return Encoding::kBrotli;
  if (gzip > 0) return Encoding::kGzip;
  return Encoding::kIdentity;
}

}  // namespace ff::http
