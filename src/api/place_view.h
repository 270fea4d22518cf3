// A place in line as JSON, the same beside a problem and as an answer (schemas::place_in_line).
#pragma once

#include "api/problem.h"
#include "sales/door.h"

namespace ff::api {

/// Its members, into the object that is open.
void write_place(JsonWriter& json, const sales::Queued& queued);

/// 503 `queued`: nothing was changed; where the shopper stands, and when to ask again.
http::Response queued_problem(const sales::Queued& queued, const http::Request& request);

}  // namespace ff::api
