// Names of hosts as they may stand in a URL and in a header of ours.
#pragma once

#include <string_view>

namespace ff {

/// "cdn.example.com", "cdn.example.com:8443", "192.0.2.7", "localhost": labels of letters, digits and dashes
/// (RFC 1123), two of them at least, and perhaps a port. No user, no IPv6 literal (a Content-Security-Policy
/// has no words for one), and letters beyond ASCII only in their xn-- form.
bool is_host_and_port(std::string_view text);

}  // namespace ff
