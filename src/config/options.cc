#include "config/options.h"

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>

#include <fmt/format.h>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include "base/host_name.h"
#include "base/nearest.h"
#include "base/text.h"
#include "embedded/config.h"

namespace ff::config {
namespace {

constexpr std::string_view kShareRule = "must be a number between 0 and 1";
bool is_share(double value) { return value >= 0 && value <= 1; }

// One table of the file. Remembers which keys were asked for, so that the others can be refused.
class Section {
 public:
  Section(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  template <typename T>
  Result<void> read(std::string_view key, T& out) {
    known_.insert(std::string(key));
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    const auto value = node->value_exact<T>();
    if (!value) return wrong(key, fmt::format("must be {}", type_name<T>()));
    out = *value;
    return {};
  }

  Result<void> read(std::string_view key, std::vector<std::string>& out) {
    known_.insert(std::string(key));
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    const toml::array* array = node->as_array();
    if (array == nullptr) return wrong(key, "must be a list of strings");
    out.clear();
    for (const toml::node& item : *array) {
      const auto text = item.value_exact<std::string>();
      if (!text) return wrong(key, "must be a list of strings");
      out.push_back(*text);
    }
    return {};
  }

  Result<void> read_ms(std::string_view key, std::int64_t least, Duration& out) {
    std::int64_t ms = out.count() / 1000;
    if (auto ok = read(key, ms); !ok) return ok;
    if (ms < least || ms > kMillisecondsMax) {
      return wrong(key, fmt::format("must be between {} and {}", least, kMillisecondsMax));
    }
    out = std::chrono::milliseconds(ms);
    return {};
  }

  /// A share: 0, 0.25, 1.
  Result<void> read_share(std::string_view key, double& out) {
    known_.insert(std::string(key));
    const toml::node* node = table_.get(key);
    if (node == nullptr) return {};
    const auto value = node->value<double>();
    if (!value || !node->is_number() || !is_share(*value)) return wrong(key, kShareRule);
    out = *value;
    return {};
  }

  const toml::node* child(std::string_view key) {
    known_.insert(std::string(key));
    return table_.get(key);
  }

  Result<void> refuse_unknown() const {
    for (const auto& [key, value] : table_) {
      if (known_.contains(std::string(key.str()))) continue;
      const std::vector<std::string_view> known(known_.begin(), known_.end());
      const auto meant = nearest(key.str(), known);
      return wrong(key.str(),
                   meant ? fmt::format("is not a setting; did you mean {}?", *meant) : "is not a setting");
    }
    return {};
  }

  tl::unexpected<Error> wrong(std::string_view key, std::string_view rule) const {
    return invalid(fmt::format("{}{}", where_, key), std::string(rule));
  }

 private:
  static constexpr std::int64_t kMillisecondsMax = 3'600'000;

  template <typename T>
  static std::string_view type_name() {
    if constexpr (std::is_same_v<T, std::string>) return "a string";
    if constexpr (std::is_same_v<T, bool>) return "true or false";
    return "a whole number";
  }

  const toml::table& table_;
  std::string where_;
  std::set<std::string> known_;
};

Result<BasisPoints> parse_percent(std::string_view text) {
  // "19", "5.5" or "8.25": the same shape as an amount with two decimals.
  const auto parsed = Money::parse_decimal(text, Currency());
  if (!parsed || parsed->minor > 10'000)
    return invalid("rate", "must be a percentage like \"19\" or \"5.5\"");
  return BasisPoints{static_cast<std::int32_t>(parsed->minor)};
}

bool is_country(std::string_view code) {
  return code == "*" ||
         (code.size() == 2 && code[0] >= 'A' && code[0] <= 'Z' && code[1] >= 'A' && code[1] <= 'Z');
}

// What links and headers may be made from. Empty is one too: links are relative then.
bool is_origin(std::string_view url) {
  if (url.empty()) return true;
  return (url.starts_with("https://") || url.starts_with("http://")) && !url.ends_with('/') &&
         url.find_first_of(" \"<>\r\n") == url.npos;
}

// Takes one slash off the end. `host`: as a Content-Security-Policy may name it, with a scheme or without. A
// name of one label ("minio") is a typing error more often than a host, unless a scheme or a port goes with
// it.
bool tidy_picture_host(std::string& host) {
  std::string_view bare = host;
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!bare.starts_with(scheme)) continue;
    bare.remove_prefix(scheme.size());
    break;
  }
  const bool has_scheme = bare.size() < host.size();
  if (bare.ends_with('/')) bare.remove_suffix(1);
  const bool is_marked = has_scheme || bare.find(':') != bare.npos;
  if (!is_host_and_port(bare) && !(is_marked && is_host_and_port("one." + std::string(bare)))) return false;
  if (host.ends_with('/')) host.pop_back();
  return true;
}

constexpr std::int64_t kAuditPeriodMaxS = 7 * 24 * 3600;
constexpr std::string_view kAuditPeriodRule = "must be between 0 and 604800 seconds; 0: never";
bool is_audit_period(std::int64_t seconds) { return seconds >= 0 && seconds <= kAuditPeriodMaxS; }

Result<void> read_log_level(std::string_view text, std::string_view source, log::Level& out) {
  const auto level = log::parse_level(text);
  if (!level)
    return invalid(std::string(source), fmt::format("must be debug, info, warning or error, not '{}'", text));
  out = *level;
  return {};
}

Result<pricing::DeliveryMethod> read_delivery(const toml::table& table, std::string where,
                                              Currency currency) {
  Section section(table, std::move(where));
  pricing::DeliveryMethod method;
  std::string price;
  std::string free_from;
  for (auto&& ok : {section.read("id", method.id), section.read("title", method.title),
                    section.read("countries", method.countries), section.read("price", price),
                    section.read("free_from", free_from), section.refuse_unknown()}) {
    if (!ok) return tl::unexpected(ok.error());
  }
  if (method.id.empty() || slug(method.id) != method.id)
    return section.wrong("id", "must be lower-case letters, digits and dashes");
  if (method.title.empty()) return section.wrong("title", "must not be empty");
  if (method.countries.empty()) return section.wrong("countries", "must name at least one country, or \"*\"");
  for (const std::string& country : method.countries) {
    if (!is_country(country))
      return section.wrong("countries", fmt::format("'{}' is not an ISO 3166-1 code", country));
  }
  const auto amount = Money::parse_decimal(price, currency);
  if (!amount) return section.wrong("price", "must be an amount like \"4.90\"");
  method.price = *amount;
  if (!free_from.empty()) {
    const auto threshold = Money::parse_decimal(free_from, currency);
    if (!threshold) return section.wrong("free_from", "must be an amount like \"100.00\"");
    method.free_from = *threshold;
  }
  return method;
}

Result<pricing::TaxRule> read_tax(const toml::table& table, std::string where) {
  Section section(table, std::move(where));
  pricing::TaxRule rule;
  std::string rate;
  for (auto&& ok : {section.read("country", rule.country), section.read("rate", rate),
                    section.read("included", rule.included), section.refuse_unknown()}) {
    if (!ok) return tl::unexpected(ok.error());
  }
  if (!is_country(rule.country)) return section.wrong("country", "must be an ISO 3166-1 code or \"*\"");
  const auto percent = parse_percent(rate);
  if (!percent) return section.wrong("rate", "must be a percentage like \"19\" or \"5.5\"");
  rule.rate = *percent;
  return rule;
}

// "500ms", "30s", "5m", "2h".
std::optional<Duration> parse_duration(std::string_view text) {
  static constexpr std::pair<std::string_view, Duration> kUnits[] = {{"ms", std::chrono::milliseconds(1)},
                                                                     {"s", std::chrono::seconds(1)},
                                                                     {"m", std::chrono::minutes(1)},
                                                                     {"h", std::chrono::hours(1)}};
  for (const auto& [suffix, unit] : kUnits) {
    if (!text.ends_with(suffix)) continue;
    const auto count = parse_int(text.substr(0, text.size() - suffix.size()));
    if (count && *count <= 1'000'000) return *count * unit;
    if (suffix != "s") return std::nullopt;
  }
  return std::nullopt;
}

Result<void> read_webhooks(Section section, Webhooks& webhooks) {
  constexpr std::size_t kRetriesMax = 32;
  std::int64_t concurrency = webhooks.concurrency;
  constexpr std::int64_t kDaysMax = 3650;
  std::vector<std::string> retries{""};
  std::int64_t dead_letter_days = std::chrono::floor<std::chrono::days>(webhooks.dead_letters_for).count();
  for (auto&& ok :
       {section.read("allow_private", webhooks.allow_private),
        section.read_ms("timeout_ms", 100, webhooks.timeout), section.read("concurrency", concurrency),
        section.read_ms("poll_ms", 10, webhooks.poll_period),
        section.read_ms("lease_ms", 1000, webhooks.lease), section.read("retries", retries),
        section.read("ca_file", webhooks.ca_file), section.read("dead_letter_days", dead_letter_days),
        section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  if (concurrency < 1 || concurrency > 64) return section.wrong("concurrency", "must be between 1 and 64");
  webhooks.concurrency = static_cast<int>(concurrency);
  if (dead_letter_days < 1 || dead_letter_days > kDaysMax)
    return section.wrong("dead_letter_days", "must be between 1 and 3650");
  webhooks.dead_letters_for = std::chrono::days(dead_letter_days);
  if (retries == std::vector<std::string>{""}) return {};  // not given
  if (retries.size() > kRetriesMax) return section.wrong("retries", "must be at most 32");
  webhooks.retries.clear();
  for (const std::string& text : retries) {
    const auto delay = parse_duration(text);
    if (!delay) return section.wrong("retries", "must be like \"30s\", \"5m\", \"2h\"");
    webhooks.retries.push_back(*delay);
  }
  return {};
}

// Reads each table of an array like [[delivery]] by `read_one`; an absent array leaves `out` alone.
template <typename T, typename ReadOne>
Result<void> read_tables(const toml::node* node, std::string_view key, std::vector<T>& out,
                         ReadOne&& read_one) {
  if (node == nullptr) return {};
  const toml::array* array = node->as_array();
  if (array == nullptr) return invalid(std::string(key), "must be a list of tables");
  out.clear();
  for (std::size_t i = 0; i < array->size(); ++i) {
    const toml::table* table = array->get(i)->as_table();
    if (table == nullptr) return invalid(std::string(key), "must be a list of tables");
    auto item = read_one(*table, fmt::format("{}[{}].", key, i));
    if (!item) return tl::unexpected(item.error());
    out.push_back(std::move(*item));
  }
  return {};
}

Result<void> read_table(Options& options, const toml::table& table) {
  Section root(table, "");
  std::string listen;
  std::string ops_listen;
  std::string log_level(log::to_string(options.log_level));
  std::int64_t io_threads = options.io_threads;
  for (auto&& ok :
       {root.read("listen", listen), root.read("ops_listen", ops_listen),
        root.read("database_url", options.database_url), root.read("io_threads", io_threads),
        root.read("log_level", log_level), root.read("trusted_proxies", options.trusted_proxies)}) {
    if (!ok) return ok;
  }
  if (io_threads < 0 || io_threads > 256) return root.wrong("io_threads", "must be between 0 and 256");
  options.io_threads = static_cast<int>(io_threads);
  if (auto ok = read_log_level(log_level, "log_level", options.log_level); !ok) return ok;
  for (auto [text, endpoint, key] : {std::tuple(&listen, &options.listen, "listen"),
                                     std::tuple(&ops_listen, &options.ops_listen, "ops_listen")}) {
    if (text->empty()) continue;
    const auto parsed = Endpoint::parse(*text);
    if (!parsed) return root.wrong(key, parsed.error().fields.front().message);
    *endpoint = *parsed;
  }

  static const toml::table kEmpty;
  const auto section_of = [&](std::string_view key) -> Result<const toml::table*> {
    const toml::node* node = root.child(key);
    if (node == nullptr) return &kEmpty;
    if (const toml::table* inner = node->as_table()) return inner;
    return root.wrong(key, "must be a table");
  };

  const auto database = section_of("database");
  if (!database) return tl::unexpected(database.error());
  Section database_section(**database, "database.");
  std::int64_t committers = options.database.committers, readers = options.database.readers;
  for (auto&& ok :
       {database_section.read("committers", committers), database_section.read("readers", readers),
        database_section.read_ms("connect_timeout_ms", 1, options.database.connect_timeout),
        database_section.read_ms("statement_timeout_ms", 1, options.database.statement_timeout),
        database_section.read("password_file", options.database.password_file),
        database_section.read("prepared", options.database.prepared), database_section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  for (auto [count, out, key] : {std::tuple(committers, &options.database.committers, "committers"),
                                 std::tuple(readers, &options.database.readers, "readers")}) {
    if (count < 1 || count > 64) return database_section.wrong(key, "must be between 1 and 64");
    *out = static_cast<int>(count);
  }

  const auto drain = section_of("drain");
  if (!drain) return tl::unexpected(drain.error());
  Section drain_section(**drain, "drain.");
  for (auto&& ok :
       {drain_section.read_ms("delay_ms", 0, options.drain_delay),
        drain_section.read_ms("timeout_ms", 1, options.drain_timeout), drain_section.refuse_unknown()}) {
    if (!ok) return ok;
  }

  const auto shop = section_of("shop");
  if (!shop) return tl::unexpected(shop.error());
  Section shop_section(**shop, "shop.");
  std::string currency(options.rules.currency.code());
  for (auto&& ok :
       {shop_section.read("name", options.shop_name), shop_section.read("public_url", options.public_url),
        shop_section.read("support_email", options.support_email), shop_section.read("currency", currency),
        shop_section.read("picture_hosts", options.picture_hosts), shop_section.read("demo", options.demo),
        shop_section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  for (std::string& host : options.picture_hosts) {
    if (!tidy_picture_host(host))
      return shop_section.wrong(
          "picture_hosts",
          fmt::format("'{}' is not a host like cdn.example.com, minio:9000 or http://minio", host));
  }
  const auto parsed_currency = Currency::parse(currency);
  if (!parsed_currency)
    return shop_section.wrong("currency", "must be an ISO 4217 code that this shop knows, like \"EUR\"");
  if (options.rules.currency != *parsed_currency) {
    // Amounts are read in the shop's currency: those of another one would be summed up with its prices.
    if (table.get("delivery") == nullptr) {
      return shop_section.wrong("currency", "needs delivery methods in this currency too: add [[delivery]]");
    }
    options.rules.currency = *parsed_currency;
  }

  const auto payment = section_of("payment");
  if (!payment) return tl::unexpected(payment.error());
  Section payment_section(**payment, "payment.");
  for (auto&& ok :
       {payment_section.read("gateway_url", options.payment_gateway_url),
        payment_section.read("gateway_token_file", options.payment_gateway_token_file),
        payment_section.read("ledger", options.payment_ledger),
        payment_section.read_ms("demo_latency_ms", 0, options.payment_demo_latency),
        payment_section.read_ms("timeout_ms", 100, options.payment_timeout),
        payment_section.read_ms("hold_ms", 1000, options.hold_time), payment_section.refuse_unknown()}) {
    if (!ok) return ok;
  }

  const auto webhooks = section_of("webhooks");
  if (!webhooks) return tl::unexpected(webhooks.error());
  if (auto ok = read_webhooks(Section(**webhooks, "webhooks."), options.webhooks); !ok) return ok;

  const auto trace = section_of("trace");
  if (!trace) return tl::unexpected(trace.error());
  Section trace_section(**trace, "trace.");
  for (auto&& ok :
       {trace_section.read("otlp_url", options.trace.otlp_url),
        trace_section.read_share("sample", options.trace.sample), trace_section.refuse_unknown()}) {
    if (!ok) return ok;
  }

  const auto audit = section_of("audit");
  if (!audit) return tl::unexpected(audit.error());
  Section audit_section(**audit, "audit.");
  constexpr std::int64_t kAuditedMax = 100'000'000;
  std::int64_t every_s = std::chrono::floor<std::chrono::seconds>(options.audit.every).count();
  for (auto&& ok :
       {audit_section.read("every_s", every_s), audit_section.read("orders_max", options.audit.orders_max),
        audit_section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  if (!is_audit_period(every_s)) return audit_section.wrong("every_s", kAuditPeriodRule);
  options.audit.every = std::chrono::seconds(every_s);
  if (options.audit.orders_max < 1 || options.audit.orders_max > kAuditedMax)
    return audit_section.wrong("orders_max", fmt::format("must be between 1 and {}", kAuditedMax));

  constexpr std::int64_t kClientRateMax = 1'000'000;
  const auto client_rate = section_of("client_rate");
  if (!client_rate) return tl::unexpected(client_rate.error());
  Section client_rate_section(**client_rate, "client_rate.");
  for (auto&& ok :
       {client_rate_section.read("per_second", options.client_rate.per_second),
        client_rate_section.read("burst", options.client_rate.burst), client_rate_section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  const auto& [per_second, burst] = options.client_rate;
  if (per_second < 0 || per_second > kClientRateMax)
    return client_rate_section.wrong("per_second", fmt::format("must be between 0 and {}", kClientRateMax));
  if (burst < std::max<std::int64_t>(per_second, 1) || burst > kClientRateMax)
    return client_rate_section.wrong("burst",
                                     fmt::format("must be between per_second and {}", kClientRateMax));

  if (auto ok = read_tables(root.child("delivery"), "delivery", options.rules.delivery,
                            [&](const toml::table& t, std::string where) {
                              return read_delivery(t, std::move(where), options.rules.currency);
                            });
      !ok) {
    return ok;
  }
  if (auto ok =
          read_tables(root.child("tax"), "tax", options.rules.tax,
                      [](const toml::table& t, std::string where) { return read_tax(t, std::move(where)); });
      !ok) {
    return ok;
  }
  return root.refuse_unknown();
}

Result<void> read_toml(Options& options, std::string_view text, std::string_view source) {
  const toml::parse_result parsed = toml::parse(text, source);
  if (!parsed) {
    return fail(ErrorCode::kInvalid, fmt::format("{}:{}: {}", source, parsed.error().source().begin.line,
                                                 parsed.error().description()));
  }
  if (auto ok = read_table(options, parsed.table()); !ok) {
    Error error = ok.error();
    error.detail = fmt::format("{}: {}", source, error.detail);
    return tl::unexpected(error);
  }
  return {};
}

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

Result<void> override_endpoint(const std::string& text, std::string_view source, Endpoint& out) {
  const auto parsed = Endpoint::parse(text);
  if (!parsed) return invalid(std::string(source), parsed.error().fields.front().message);
  out = *parsed;
  return {};
}

Result<void> override_threads(std::int64_t threads, std::string_view source, int& out) {
  if (threads < 0 || threads > 256) return invalid(std::string(source), "must be between 0 and 256");
  out = static_cast<int>(threads);
  return {};
}

// The settings that can come from the environment, each with how its text is taken.
struct Variable {
  std::string_view name;
  Result<void> (*take)(Options&, const std::string& text);
};
constexpr Variable kVariables[] = {
    {"FF_AUDIT_EVERY_S",
     [](Options& options, const std::string& text) -> Result<void> {
       const std::int64_t every_s = parse_int(text).value_or(-1);
       if (!is_audit_period(every_s)) return invalid("FF_AUDIT_EVERY_S", std::string(kAuditPeriodRule));
       options.audit.every = std::chrono::seconds(every_s);
       return {};
     }},
    {"FF_CONFIG", [](Options&, const std::string&) -> Result<void> { return {}; }},  // load() has read it
    {"FF_DATABASE_PASSWORD_FILE",
     [](Options& options, const std::string& text) -> Result<void> {
       options.database.password_file = text;
       return {};
     }},
    {"FF_DATABASE_URL",
     [](Options& options, const std::string& text) -> Result<void> {
       options.database_url = text;
       return {};
     }},
    {"FF_IO_THREADS",
     [](Options& options, const std::string& text) {
       return override_threads(parse_int(text).value_or(-1), "FF_IO_THREADS", options.io_threads);
     }},
    {"FF_LISTEN",
     [](Options& options, const std::string& text) {
       return override_endpoint(text, "FF_LISTEN", options.listen);
     }},
    {"FF_LOG_LEVEL",
     [](Options& options, const std::string& text) -> Result<void> {
       return read_log_level(text, "FF_LOG_LEVEL", options.log_level);
     }},
    {"FF_OPS_LISTEN",
     [](Options& options, const std::string& text) {
       return override_endpoint(text, "FF_OPS_LISTEN", options.ops_listen);
     }},
    {"FF_PAYMENT_GATEWAY_TOKEN_FILE",
     [](Options& options, const std::string& text) -> Result<void> {
       options.payment_gateway_token_file = text;
       return {};
     }},
    {"FF_PAYMENT_GATEWAY_URL",
     [](Options& options, const std::string& text) -> Result<void> {
       options.payment_gateway_url = text;
       return {};
     }},
    {"FF_PAYMENT_LEDGER",
     [](Options& options, const std::string& text) -> Result<void> {
       options.payment_ledger = text;
       return {};
     }},
    {"FF_PUBLIC_URL",
     [](Options& options, const std::string& text) -> Result<void> {
       options.public_url = text;
       return {};
     }},
    {"FF_TRACE_OTLP_URL",
     [](Options& options, const std::string& text) -> Result<void> {
       options.trace.otlp_url = text;
       return {};
     }},
    {"FF_TRACE_SAMPLE",
     [](Options& options, const std::string& text) -> Result<void> {
       char* end = nullptr;
       const double share = std::strtod(text.c_str(), &end);
       if (text.empty() || *end != '\0' || !is_share(share))
         return invalid("FF_TRACE_SAMPLE", std::string(kShareRule));
       options.trace.sample = share;
       return {};
     }},
};

Result<void> judge_unknown(std::string_view name, Options& options) {
  std::vector<std::string_view> known;
  for (const Variable& variable : kVariables)
    known.push_back(variable.name);
  if (const auto meant = nearest(name, known))
    return invalid(std::string(name), fmt::format("is not a setting; did you mean {}?", *meant));
  options.warnings.push_back(
      fmt::format("{} is not a setting and is ignored; there are {}", name, fmt::join(known, ", ")));
  return {};
}

Result<void> read_environment(Options& options, const Environment& environment) {
  for (const auto& [name, text] : environment) {
    const auto variable = std::find_if(std::begin(kVariables), std::end(kVariables),
                                       [&name = name](const Variable& each) { return each.name == name; });
    auto taken =
        variable != std::end(kVariables) ? variable->take(options, text) : judge_unknown(name, options);
    if (!taken) return taken;
  }
  return {};
}

Result<void> read_flags(Options& options, const Flags& flags) {
  if (flags.listen) {
    if (auto ok = override_endpoint(*flags.listen, "--listen", options.listen); !ok) return ok;
  }
  if (flags.ops_listen) {
    if (auto ok = override_endpoint(*flags.ops_listen, "--ops-listen", options.ops_listen); !ok) return ok;
  }
  if (flags.database_url) options.database_url = *flags.database_url;
  if (flags.io_threads) {
    if (auto ok = override_threads(*flags.io_threads, "--io-threads", options.io_threads); !ok) return ok;
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

Environment environment_of(const char* const* variables) {
  Environment ours;
  for (; *variables != nullptr; ++variables) {
    const std::string_view variable = *variables;
    const std::size_t equals = variable.find('=');
    if (!variable.starts_with("FF_") || equals == variable.npos) continue;
    ours.emplace(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return ours;
}

Result<Options> load(const Flags& flags, const Environment& environment) {
  Options options;
  if (auto ok = read_toml(options, defaults_toml(), "defaults.toml"); !ok) return tl::unexpected(ok.error());

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
    if (auto ok = read_toml(options, *text, path); !ok) return tl::unexpected(ok.error());
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
