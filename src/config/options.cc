#include "config/options.h"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

#include "base/text.h"
#include "config/environment.h"
#include "config/rules.h"
#include "config/settings_file.h"
#include "embedded/config.h"

namespace ff::config {
namespace {

// Whether one bind would be in the way of the other.
bool same_place(const Endpoint& a, const Endpoint& b) {
  const auto is_every = [](const Endpoint& e) { return e.address == "0.0.0.0" || e.address == "::"; };
  return a.port != 0 && a.port == b.port && (a.address == b.address || is_every(a) || is_every(b));
}

// What the rules imply once everything is known, and the checks that need more than one key.
Result<void> complete(Options& options) {
  if (same_place(options.listen, options.ops_listen))
    return invalid("ops_listen", "must differ from listen: probes and metrics have a port of their own");
  if (auto ok = check_database_url("database_url", options.database_url); !ok) return ok;
  if (!is_origin(options.public_url)) {
    return invalid("shop.public_url", "must be like \"https://shop.example\", without a slash at its end");
  }
  if (!is_origin(options.trace.otlp_url)) {
    return invalid(
        "trace.otlp_url",
        "must be like \"http://collector:4318\", without a slash at its end and without /v1/traces");
  }
  if (options.payment_ledger.empty()) return invalid("payment.ledger", "must name a file");
  if (!is_origin(options.payment_gateway_url)) {
    return invalid("payment.gateway_url",
                   "must be like \"http://payment-gateway:8090\", without a slash at its end");
  }
  if (options.hold_time < options.payment_timeout + std::chrono::seconds(5)) {
    return invalid("payment.hold_ms",
                   "must exceed payment.timeout_ms by at least 5000, for the two commits around it");
  }
  options.rules.countries.clear();
  std::set<std::string> seen;
  for (const pricing::DeliveryMethod& method : options.rules.delivery) {
    for (const std::string& country : method.countries) {
      if (country != "*" && seen.insert(country).second) options.rules.countries.push_back(country);
    }
  }
  for (const pricing::TaxRule& rule : options.rules.tax) {
    if (rule.country != "*" && seen.insert(rule.country).second)
      options.rules.countries.push_back(rule.country);
  }
  if (options.rules.delivery.empty()) return invalid("delivery", "at least one delivery method is needed");
  if (options.rules.countries.empty()) return invalid("delivery", "at least one country must be named");
  return {};
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kInvalid, fmt::format("{}: can't be read", path));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

Result<void> read_flags(Options& options, const Flags& flags) {
  if (flags.listen) {
    if (auto ok = read_endpoint(*flags.listen, "--listen", options.listen); !ok) return ok;
  }
  if (flags.ops_listen) {
    if (auto ok = read_endpoint(*flags.ops_listen, "--ops-listen", options.ops_listen); !ok) return ok;
  }
  if (flags.database_url) options.database_url = *flags.database_url;
  if (flags.io_threads) {
    if (auto ok = read_threads(*flags.io_threads, "--io-threads", options.io_threads); !ok) return ok;
  }
  return {};
}

}  // namespace

Result<void> check_database_url(std::string_view setting, std::string_view url) {
  for (const std::string_view scheme : {"sqlite:", "postgres://", "postgresql://"}) {
    if (url.starts_with(scheme) && url.size() > scheme.size()) return {};
  }
  return invalid(std::string(setting),
                 "must be like \"sqlite:var/shop.db\" or \"postgres://user@host/shop\"");
}

Result<Endpoint> Endpoint::parse(std::string_view text) {
  const std::string_view rule = "must be HOST:PORT, like \"127.0.0.1:8080\" or \":8080\"";
  const std::size_t colon = text.rfind(':');
  if (colon == text.npos) return invalid("endpoint", std::string(rule));
  std::string_view address = text.substr(0, colon);
  const auto port = parse_int(text.substr(colon + 1));
  if (!port || *port > 65535) return invalid("endpoint", std::string(rule));
  if (address.starts_with('[') && address.ends_with(']')) {
    address = address.substr(1, address.size() - 2);
  } else if (address.find(':') != address.npos) {
    return invalid("endpoint", "an IPv6 address needs brackets, like \"[::1]:8080\"");
  }
  return Endpoint{address.empty() ? "0.0.0.0" : std::string(address), static_cast<std::uint16_t>(*port)};
}

std::string_view defaults_toml() {
  for (const EmbeddedFile& file : embedded::config()) {
    if (file.path == "defaults.toml") return file.bytes;
  }
  return {};
}

Result<Options> load(const Flags& flags, const Environment& environment) {
  Options options;
  if (auto ok = read_settings(options, defaults_toml(), "defaults.toml"); !ok)
    return tl::unexpected(ok.error());

  const std::string default_database = options.database_url;

  std::string path;
  if (const auto found = environment.find("FF_CONFIG"); found != environment.end()) path = found->second;
  if (flags.config_file) path = *flags.config_file;
  // fashionforward.toml in the working directory is read when it is there; a file that was named must be.
  const bool named = !path.empty();
  if (!named) path = "fashionforward.toml";
  if (named || std::ifstream(path).good()) {
    const auto text = read_file(path);
    if (!text) return tl::unexpected(text.error());
    if (auto ok = read_settings(options, *text, path); !ok) return tl::unexpected(ok.error());
  }
  if (auto ok = read_environment(options, environment); !ok) return tl::unexpected(ok.error());
  if (auto ok = read_flags(options, flags); !ok) return tl::unexpected(ok.error());
  if (auto ok = complete(options); !ok) return tl::unexpected(ok.error());
  options.database_is_default = options.database_url == default_database;
  return options;
}

int usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  int cpus = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
  double quota = 0;
  double period = 0;
  if (std::ifstream v2("/sys/fs/cgroup/cpu.max"); v2) {
    std::string first;
    if (v2 >> first >> period && first != "max") quota = std::strtod(first.c_str(), nullptr);
  } else {
    std::ifstream v1_quota("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    std::ifstream v1_period("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
    if (!(v1_quota >> quota && v1_period >> period)) quota = 0;
  }
  if (quota > 0 && period > 0) cpus = std::min(cpus, static_cast<int>(quota / period));
  return std::max(cpus, 1);
}

}  // namespace ff::config
