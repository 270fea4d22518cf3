#include "storefront/piece.h"

#include <utility>

#include "storefront/cart_page.h"

namespace ff::storefront {

bool wants_piece(const http::Request& request, std::string_view piece) {
  return request.header("X-Piece") == piece;
}

http::Response go_to(const http::Request& request, std::string_view piece, std::string address) {
  http::Response response;
  if (wants_piece(request, piece)) {
    response = http::Response::html(201, {});
    response.header("Location", std::move(address));
  } else {
    response = http::Response::see_other(std::move(address));
  }
  personal(response);
  return response;
}

}  // namespace ff::storefront
