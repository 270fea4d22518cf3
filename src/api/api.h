// The public JSON API under /api/: what the composition root and the command line need of it.
//
// Invariant: the routes and the OpenAPI document are made from one table (endpoint.h).
#pragma once

#include <string>

#include "api/problem.h"  // error_page()
#include "http/router.h"
#include "shop/shop.h"

namespace ff::api {

/// Registers every route of the API. `shop` outlives the router's last request.
void add_routes(http::Router& router, shop::Shop& shop);

/// The OpenAPI 3.1 document, as /api/openapi.json serves it.
std::string openapi_document();

}  // namespace ff::api
