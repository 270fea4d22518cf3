// The parts of the table of endpoints, one for each capability.
#pragma once

#include <vector>

#include "api/endpoint.h"

namespace ff::api {

void add_catalogue_endpoints(std::vector<Endpoint>& table);
void add_cart_endpoints(std::vector<Endpoint>& table);
void add_checkout_endpoints(std::vector<Endpoint>& table);
void add_sale_endpoints(std::vector<Endpoint>& table);
void add_order_endpoints(std::vector<Endpoint>& table);
void add_reference_endpoints(std::vector<Endpoint>& table);

}  // namespace ff::api
