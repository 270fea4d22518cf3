// The named shapes of the API: what requests carry and what answers hold. views.h writes the latter.
//
// Invariant: each function gives the same Schema every time, and a name stands for one shape.
#pragma once

#include "api/schema.h"

namespace ff::api::schemas {

inline constexpr std::int64_t kExactMax = 9007199254740991;  // 2^53 - 1: every JSON reader keeps it

Schema money();
Schema variant_id();
Schema quantity(std::int64_t minimum);
Schema token(std::string description);
Schema order_id();
Schema idempotency_key(std::string description);
Schema handle();
Schema country();
Schema sale_id();
Schema sale_tokens(std::size_t count);  // at most so many tickets or passes

// Requests
Schema add_line_request();
Schema set_line_request();
Schema checkout_request();
Schema empty_request();
Schema pass_request();

// Answers
Schema product();
Schema product_page();
Schema suggestions();
Schema collection();
Schema collection_list();
Schema cart();
Schema receipt();
Schema order();
Schema delivery();
Schema sale_state();
Schema sale_list();
Schema place_in_line();
Schema sale_pass();
Schema problem();
Schema sold_out_problem();
Schema queued_problem();
Schema declined_problem();
Schema problem_kind();

}  // namespace ff::api::schemas
