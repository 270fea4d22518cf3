// Text and links inside HTML: character references read, everything written so that it stays what it is.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ff::catalog {

/// Text between tags: numeric references become their character, named ones ("&eacute;") stay, any other '&',
/// '<' and '>' is escaped, broken UTF-8 and control characters become U+FFFD.
std::string escape_html_text(std::string_view raw);

/// The address of a link as an attribute's value, escaped; nothing when it may not be followed: schemes other
/// than http, https and mailto, control characters, broken UTF-8, more than 2048 bytes.
std::optional<std::string> safe_link(std::string_view attribute_value);

}  // namespace ff::catalog
