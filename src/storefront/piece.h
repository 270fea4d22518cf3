// A piece of a page: what a script asks for, by name in X-Piece, to put in the place of the one it has.
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace ff::storefront {

/// Whether a script wants only the piece of that name, and not the page.
bool wants_piece(const http::Request& request, std::string_view piece);

/// To another address, for this shopper alone: 303, or for a script that wants the piece, which can't see
/// where a redirect leads, 201 with the same Location.
http::Response go_to(const http::Request& request, std::string_view piece, std::string address);

}  // namespace ff::storefront
