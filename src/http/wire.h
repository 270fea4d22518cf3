// How an answer becomes bytes: status lines, dates, heads, validators. Pure functions; no socket, no clock.
//
// Invariant: nothing that a handler puts into a header field can end the field: control characters are
// replaced by spaces, so an answer can't be split.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/time.h"
#include "http/message.h"
#include "http/security_headers.h"

namespace ff::http {

/// "Not Found"; "Unknown" for numbers that we never send.
std::string_view reason_phrase(int status);

inline constexpr std::size_t kDateSize = 29;
/// IMF-fixdate of whole seconds since 1970: "Sun, 06 Nov 1994 08:49:37 GMT".
std::string http_date(std::int64_t unix_seconds);
/// As many bytes as a date has: what stands in a finished head until it is sent.
inline constexpr std::string_view kDatePlaceholder = "Thu, 01 Jan 1970 00:00:00 GMT";

/// If-None-Match against an entity tag, by weak comparison (RFC 9110 13.1.2); "*" fits any.
bool none_match_fits(std::string_view if_none_match, std::string_view etag);
/// If-Match against an entity tag, by strong comparison (RFC 9110 13.1.1); "*" fits any.
bool match_fits(std::string_view if_match, std::string_view etag);

/// What a request's conditions say, in the order of RFC 9110 13.2.2. None of our answers has a Last-Modified,
/// so those that name a date are ignored, as are ranges.
enum class Condition : std::uint8_t { kHolds, kNotModified, kFailed };
/// Of a GET or HEAD that would be answered with 200. `etag`: of that answer; empty if it has none.
Condition judge_reading(const Request& request, std::string_view etag);
/// Does a status allow a body (and so Content-Length)? 1xx, 204 and 304 don't.
bool status_has_body(int status);

/// Appends status line, fields, security fields, Date and Content-Length (of `response.body`), without the
/// empty line that ends the head: the caller adds what belongs to its connection.
void append_head(std::string& out, const Response& response, std::string_view date,
                 const SecurityHeaders& security);

}  // namespace ff::http
