// Other people's HTML (product descriptions) made safe to put into our pages.
//
// Invariant: the output holds only the elements p br ul ol li strong b em i u s h2-h6 blockquote table thead
// tbody tr th td a, without attributes but a's href (http, https, mailto or relative) and rel; every element
// is closed and nested as HTML allows, so a browser reads just what was written; all else is escaped text in
// well-formed UTF-8. Sanitising it again changes nothing.
#pragma once

#include <string>
#include <string_view>

namespace ff::catalog {

/// Elements that mean nothing here are unwrapped, those that carry code or frames (script, style, iframe,
/// svg,
/// ...) go with what is in them, pictures and comments go, h1 becomes h2. Plain text comes out escaped.
/// O(input), but for tags that are never closed, which cost at most 8 KB of reading each.
std::string sanitize_html(std::string_view html);

}  // namespace ff::catalog
