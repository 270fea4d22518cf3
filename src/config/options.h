// How this process is set up: one typed struct, from the built-in defaults, then a file, then the
// environment, then flags; the later wins.
//
// Invariant: an Options that was returned is complete and valid. An unknown key, a wrong type or a value out
// of range is one error that names the key and where it came from.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "pricing/pricing.h"
#include "telemetry/log.h"

namespace ff::config {

/// "127.0.0.1:8080", "[::1]:8080", ":8080" (every address), port 0 for any free one.
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
  static Result<Endpoint> parse(std::string_view text);
};

/// How PostgreSQL is reached; SQLite needs none of it.
struct Database {
  int committers = 0;  // connections that write
  int readers = 0;     // connections that read
  Duration connect_timeout{};
  Duration statement_timeout{};
  std::string password_file;
  bool prepared = true;
};

/// Deliveries of events to subscribers.
struct Webhooks {
  bool allow_private = false;
  Duration timeout{};
  int concurrency = 0;  // to one subscriber
  Duration poll_period{};
  Duration lease{};
  std::vector<Duration> retries;
  std::string ca_file;  // of the authorities that receivers' certificates are checked by; empty: the system's
  Duration dead_letters_for{};
};

/// How fast one client may ask.
struct ClientRate {
  std::int64_t per_second = 0;  // requests; 0: as fast as it likes
  std::int64_t burst = 0;       // at once, after a pause
};

/// Spans of requests, for a collector.
struct Tracing {
  std::string otlp_url;  // "http://collector:4318"; empty: nothing is recorded
  double sample = 0;     // of the requests, 0 to 1
};

/// The audit that a running server does.
struct Auditing {
  Duration every{};             // 0: never
  std::int64_t orders_max = 0;  // beyond it: not by a server
};

struct Options {
  Endpoint listen;           // shoppers and the API
  Endpoint ops_listen;       // probes and metrics; never public
  std::string database_url;  // "sqlite:PATH", "postgres://HOST/DATABASE"
  Database database;
  int io_threads = 0;  // 0: what the container's CPU limit allows
  log::Level log_level = log::Level::kInfo;
  std::vector<std::string> trusted_proxies;  // CIDRs whose X-Forwarded-* are believed
  Duration drain_delay{};                    // after SIGTERM, keep serving so that balancers notice
  Duration drain_timeout{};                  // then requests in flight get this long

  std::string shop_name;
  std::string public_url;  // "https://shop.example"; empty: links are relative
  std::string support_email;
  std::vector<std::string> picture_hosts;  // besides those that the catalogue names; [http[s]://]host[:port]
  bool demo = true;

  std::string payment_gateway_url;         // empty: the demo gateway inside this process
  std::string payment_gateway_token_file;  // of the secret that it wants to see; empty: none
  std::string payment_ledger;              // file of the demo gateway; relative: see app/shop_file.h
  Duration payment_demo_latency{};         // of the demo gateway
  Duration payment_timeout{};
  Duration hold_time{};

  Webhooks webhooks;
  Tracing trace;
  Auditing audit;
  ClientRate client_rate;

  pricing::Rules rules;

  bool database_is_default = false;   // nobody named another one
  std::vector<std::string> warnings;  // each a line for the operator; none of them stops the program
};

/// Which kinds of databases there are, for whoever takes a URL of one. The error names the setting, and does
/// not repeat the URL: it may hold a password.
Result<void> check_database_url(std::string_view setting, std::string_view url);

/// What the command line said; unset members were not given.
struct Flags {
  std::optional<std::string> config_file;
  std::optional<std::string> listen, ops_listen, database_url;
  std::optional<int> io_threads;
};

/// Variables by name.
using Environment = std::map<std::string, std::string, std::less<>>;
/// Those of this process that begin with FF_. `variables`: as in environ(7).
Environment environment_of(const char* const* variables);

/// A variable FF_... that is no setting is an error when it is so near to one that it must be a typing error,
/// else one of the warnings (the tools of the repository have their own, which are neither).
Result<Options> load(const Flags& flags, const Environment& environment);

/// The built-in defaults as the TOML text that they are read from: `fashionforward config` prints it.
std::string_view defaults_toml();

/// CPUs that this process may use: affinity, then the cgroup's quota (v2 cpu.max, v1 cfs_quota_us), at
/// least 1.
int usable_cpus();

}  // namespace ff::config
