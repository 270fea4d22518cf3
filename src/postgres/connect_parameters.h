// What libpq is told for one attempt to connect: the URL's parameters between our defaults, which it may
// override, and what it may not.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "postgres/connection.h"

namespace ff::postgres {

struct Host {
  std::string name, address, port;  // each may be empty: libpq's default
};

/// The hosts of a URL in its order, at least one. kInvalid (in Failure::error) for a URL that libpq can't
/// read.
Outcome<std::vector<Host>> hosts_of(const std::string& url);

using Parameters = std::vector<std::pair<std::string, std::string>>;
Outcome<Parameters> connect_parameters(const ConnectOptions& options, const std::string& host,
                                       const std::string& hostaddr, const std::string& port);

}  // namespace ff::postgres
