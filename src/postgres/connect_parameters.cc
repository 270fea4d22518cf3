#include "postgres/connect_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>

#include "base/text.h"
#include "postgres/libpq.h"

namespace ff::postgres {

namespace {

constexpr const char* kUsualPort = "5432";

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    if (comma == text.npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

struct Free {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};

Outcome<std::map<std::string, std::string>> parse(const std::string& url) {
  // Whatever is done with a server begins here.
  if (auto loaded = load_libpq(); !loaded) {
    Failure failure;
    failure.error = std::move(loaded.error());
    return tl::unexpected(std::move(failure));
  }
  char* message = nullptr;
  const std::unique_ptr<PQconninfoOption, Free> parsed(PQconninfoParse(url.c_str(), &message));
  if (!parsed) {
    const std::string why(trim(message ? message : "out of memory"));
    PQfreemem(message);
    // The URL itself may hold a password: it is not repeated.
    Failure failure;
    failure.error = Error{ErrorCode::kInvalid, "database-url: " + why, {{"database-url", why}}};
    return tl::unexpected(std::move(failure));
  }
  std::map<std::string, std::string> given;
  for (const PQconninfoOption* option = parsed.get(); option->keyword; ++option) {
    if (option->val) given.emplace(option->keyword, option->val);
  }
  return given;
}

// The server's side of the limits. On a pooler they belong to the role (ALTER ROLE ... SET ...): it refuses
// start-up options that it does not know.
std::string server_options(const ConnectOptions& options) {
  const auto ms = [](Duration d) { return d.count() / 1000; };
  return fmt::format(
      "-c statement_timeout={} -c lock_timeout={} -c idle_in_transaction_session_timeout={} "
      "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 "
      "-c tcp_user_timeout={} -c client_connection_check_interval=2000",
      ms(options.statement_timeout), ms(options.lock_timeout), ms(options.idle_in_transaction_timeout),
      ms(options.network_timeout));
}

}  // namespace

Outcome<std::vector<Host>> hosts_of(const std::string& url) {
  const auto given = parse(url);
  if (!given) return tl::unexpected(given.error());
  const auto list = [&](const char* key) {
    const auto found = given->find(key);
    return found == given->end() ? std::vector<std::string>{} : split(found->second);
  };
  const auto names = list("host"), addresses = list("hostaddr"), ports = list("port");
  std::vector<Host> hosts(std::max<std::size_t>({names.size(), addresses.size(), 1}));
  for (std::size_t i = 0; i < hosts.size(); ++i) {
    if (i < names.size()) hosts[i].name = names[i];
    if (i < addresses.size()) hosts[i].address = addresses[i];
    if (ports.size() == 1) hosts[i].port = ports[0];
    // Of a URL of several hosts libpq makes a list of ports even where none is given, and asks for as many as
    // there are hosts: so the one host of an attempt says its own.
    if (ports.size() > 1) hosts[i].port = i < ports.size() && !ports[i].empty() ? ports[i] : kUsualPort;
  }
  return hosts;
}

Outcome<Parameters> connect_parameters(const ConnectOptions& options, const std::string& host,
                                       const std::string& hostaddr, const std::string& port) {
  const auto given = parse(options.url);
  if (!given) return tl::unexpected(given.error());
  Parameters parameters{
      {"application_name", options.application_name},
      // A primary that was fenced or demoted is never asked.
      {"target_session_attrs", "read-write"},
      {"keepalives", "1"},
      {"keepalives_idle", "5"},
      {"keepalives_interval", "2"},
      {"keepalives_count", "3"},
      {"tcp_user_timeout", std::to_string(options.network_timeout.count() / 1000)},
      {"dbname", options.url},
  };
  parameters.emplace_back("client_encoding", "UTF8");
  if (!host.empty()) parameters.emplace_back("host", host);
  if (!hostaddr.empty()) parameters.emplace_back("hostaddr", hostaddr);
  if (!port.empty()) parameters.emplace_back("port", port);
  if (options.prepared) {
    const auto own = given->find("options");
    parameters.emplace_back("options", server_options(options) + options.settings +
                                           (own == given->end() ? "" : " " + own->second));
  }
  if (!options.password_file.empty()) {
    std::ifstream file(options.password_file, std::ios::binary);
    if (!file) {
      Failure failure;
      failure.error =
          Error{ErrorCode::kUnavailable, options.password_file + ": the password file can't be read", {}};
      failure.lost = true;
      return tl::unexpected(std::move(failure));
    }
    const std::string text(std::istreambuf_iterator<char>(file), {});
    parameters.emplace_back("password", std::string(trim(text)));
  }
  return parameters;
}

}  // namespace ff::postgres
