#include "http/wire.h"

#include <algorithm>
#include <ctime>

#include <fmt/format.h>

#include "base/text.h"

namespace ff::http {
namespace {

constexpr std::size_t kHeadBytesExpected = 1024;  // of an answer with the security headers: one allocation

bool may_not_stand_in_a_field(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t') || byte == 0x7f;
}

/// Bytes that could end a field or hide in one become spaces.
void append_field_value(std::string& out, std::string_view value) {
  const std::size_t start = out.size();
  out += value;
  std::replace_if(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), may_not_stand_in_a_field, ' ');
}

void append_number(std::string& out, std::size_t number) {
  const fmt::format_int digits(number);
  out.append(digits.data(), digits.size());
}

/// Calls `fits` with each tag of a list until one does: (opaque tag with its quotes, is weak). A tag may hold
/// commas, so the list is walked tag by tag, not split at commas.
template <typename Fits>
bool any_tag(std::string_view list, Fits&& fits) {
  for (;;) {
    list.remove_prefix(std::min(list.find_first_not_of(" \t,"), list.size()));
    const bool weak = list.starts_with("W/");
    if (weak) list.remove_prefix(2);
    if (list.empty() || list[0] != '"') return false;
    const std::size_t end = list.find('"', 1);
    if (end == list.npos) return false;
    if (fits(list.substr(0, end + 1), weak)) return true;
    list.remove_prefix(end + 1);
  }
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 100:
      return "Continue";
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 428:
      return "Precondition Required";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

std::string http_date(std::int64_t unix_seconds) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = unix_seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  return fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT", kDays[utc.tm_wday], utc.tm_mday,
                     kMonths[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

bool none_match_fits(std::string_view list, std::string_view etag) {
  if (trim(list) == "*") return true;
  if (etag.starts_with("W/")) etag.remove_prefix(2);
  return any_tag(list, [&](std::string_view tag, bool) { return tag == etag; });
}

bool match_fits(std::string_view list, std::string_view etag) {
  if (trim(list) == "*") return true;
  return any_tag(list, [&](std::string_view tag, bool weak) { return !weak && tag == etag; });
}

Condition judge_reading(const Request& request, std::string_view etag) {
  bool match_asked = false;
  bool match_found = false;
  bool known = false;
  for (const auto& [name, value] : request.headers) {  // fields of the same name are one list
    if (iequals_ascii(name, "If-Match")) {
      match_asked = true;
      match_found = match_found || match_fits(value, etag);
    } else if (iequals_ascii(name, "If-None-Match")) {
      known = known || none_match_fits(value, etag);
    }
  }
  if (match_asked && !match_found) return Condition::kFailed;
  return known ? Condition::kNotModified : Condition::kHolds;
}

bool status_has_body(int status) { return status >= 200 && status != 204 && status != 304; }

void append_head(std::string& out, const Response& response, std::string_view date,
                 const SecurityHeaders& security) {
  out.reserve(out.size() + kHeadBytesExpected);
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(response.status));
  out += ' ';
  out += reason_phrase(response.status);
  out += "\r\nDate: ";
  out += date;
  out += "\r\n";
  if (!response.content_type.empty()) {
    out += "Content-Type: ";
    append_field_value(out, response.content_type);
    out += "\r\n";
  }
  if (status_has_body(response.status)) {
    out += "Content-Length: ";
    append_number(out, response.body.size());
    out += "\r\n";
  }
  for (const auto& [name, value] : response.headers) {
    append_field_value(out, name);
    out += ": ";
    append_field_value(out, value);
    out += "\r\n";
  }
  if (response.headers.empty()) {
    out += security.block();
  } else {
    security.append_without(out, response.headers);
  }
}

}  // namespace ff::http
