// Says in the log why a request failed on our side. While the database is away thousands fail for one reason:
// the first is told, then one line a minute with how many were like it (the metrics count them all).
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace ff::http {

/// `room`: who answers. Nothing is logged for what the client did wrong, or when there was too much to do.
/// Any thread.
void log_failure(std::string_view room, const Request& request, const Error& error);

}  // namespace ff::http
