// How many connections a server of this process may have, by the descriptors that the system allows it.
#pragma once

#include "http/limits.h"

namespace ff::app {

/// Raises the limit of descriptors to what the system allows. Each connection is one, and so is each large
/// finished answer: of connections there may be as many as leave room for the others, so that at the bound
/// the longest idle one gives way, which it can't when it is the system that refuses.
http::Limits limits_within_descriptors();

}  // namespace ff::app
