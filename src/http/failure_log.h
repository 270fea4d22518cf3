// Says in the log why a request failed on our side, and, more quietly, what clients sent that is no request.
// While the database is away, or while somebody scans the port, thousands fail for one reason: the first is
// told, then one line a minute with how many were like it (the metrics count them all).
#pragma once

#include <string_view>

#include "base/result.h"
#include "http/fault.h"
#include "http/message.h"

namespace ff::http {

/// `room`: who answers. Nothing is logged for what the client did wrong, or when there was too much to do.
/// Any thread.
void log_failure(std::string_view room, const Request& request, const Error& error);

/// For a request that was refused before a handler saw it: the client's mistake, so never above info. At
/// level debug every one is told.
void log_refusal(const Request& request, Fault fault);

}  // namespace ff::http
