#include "config/settings_file.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/host_name.h"
#include "base/money.h"
#include "base/text.h"
#include "config/rules.h"
#include "config/section.h"

namespace ff::config {
namespace {

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

Result<void> read_database(Section section, Options& options) {
  std::int64_t committers = options.database.committers, readers = options.database.readers;
  for (auto&& ok : {section.read("committers", committers), section.read("readers", readers),
                    section.read_ms("connect_timeout_ms", 1, options.database.connect_timeout),
                    section.read_ms("statement_timeout_ms", 1, options.database.statement_timeout),
                    section.read("password_file", options.database.password_file),
                    section.read("prepared", options.database.prepared), section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  for (auto [count, out, key] : {std::tuple(committers, &options.database.committers, "committers"),
                                 std::tuple(readers, &options.database.readers, "readers")}) {
    if (count < 1 || count > 64) return section.wrong(key, "must be between 1 and 64");
    *out = static_cast<int>(count);
  }
  return {};
}

Result<void> read_drain(Section section, Options& options) {
  for (auto&& ok : {section.read_ms("delay_ms", 0, options.drain_delay),
                    section.read_ms("timeout_ms", 1, options.drain_timeout), section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  return {};
}

Result<void> read_shop(Section section, Options& options) {
  std::string currency(options.rules.currency.code());
  for (auto&& ok : {section.read("name", options.shop_name), section.read("public_url", options.public_url),
                    section.read("support_email", options.support_email), section.read("currency", currency),
                    section.read("picture_hosts", options.picture_hosts), section.read("demo", options.demo),
                    section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  for (std::string& host : options.picture_hosts) {
    if (!tidy_picture_host(host))
      return section.wrong(
          "picture_hosts",
          fmt::format("'{}' is not a host like cdn.example.com, minio:9000 or http://minio", host));
  }
  const auto parsed_currency = Currency::parse(currency);
  if (!parsed_currency)
    return section.wrong("currency", "must be an ISO 4217 code that this shop knows, like \"EUR\"");
  options.rules.currency = *parsed_currency;
  return {};
}

Result<void> read_payment(Section section, Options& options) {
  for (auto&& ok : {section.read("gateway_url", options.payment_gateway_url),
                    section.read("gateway_token_file", options.payment_gateway_token_file),
                    section.read("ledger", options.payment_ledger),
                    section.read_ms("demo_latency_ms", 0, options.payment_demo_latency),
                    section.read_ms("timeout_ms", 100, options.payment_timeout),
                    section.read_ms("hold_ms", 1000, options.hold_time), section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  return {};
}

Result<void> read_webhooks(Section section, Options& options) {
  Webhooks& webhooks = options.webhooks;
  constexpr std::size_t kRetriesMax = 32;
  constexpr std::int64_t kDaysMax = 3650;
  std::int64_t concurrency = webhooks.concurrency;
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

Result<void> read_trace(Section section, Options& options) {
  for (auto&& ok : {section.read("otlp_url", options.trace.otlp_url),
                    section.read_share("sample", options.trace.sample), section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  return {};
}

Result<void> read_audit(Section section, Options& options) {
  constexpr std::int64_t kAuditedMax = 100'000'000;
  std::int64_t every_s = std::chrono::floor<std::chrono::seconds>(options.audit.every).count();
  for (auto&& ok : {section.read("every_s", every_s), section.read("orders_max", options.audit.orders_max),
                    section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  if (!is_audit_period(every_s)) return section.wrong("every_s", kAuditPeriodRule);
  options.audit.every = std::chrono::seconds(every_s);
  if (options.audit.orders_max < 1 || options.audit.orders_max > kAuditedMax)
    return section.wrong("orders_max", fmt::format("must be between 1 and {}", kAuditedMax));
  return {};
}

Result<void> read_client_rate(Section section, Options& options) {
  constexpr std::int64_t kClientRateMax = 1'000'000;
  for (auto&& ok : {section.read("per_second", options.client_rate.per_second),
                    section.read("burst", options.client_rate.burst), section.refuse_unknown()}) {
    if (!ok) return ok;
  }
  const auto& [per_second, burst] = options.client_rate;
  if (per_second < 0 || per_second > kClientRateMax)
    return section.wrong("per_second", fmt::format("must be between 0 and {}", kClientRateMax));
  if (burst < std::max<std::int64_t>(per_second, 1) || burst > kClientRateMax)
    return section.wrong("burst", fmt::format("must be between per_second and {}", kClientRateMax));
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

// Each table of the file. An absent one is read as an empty one: that leaves the defaults.
constexpr std::pair<std::string_view, Result<void> (*)(Section, Options&)> kTables[] = {
    {"database", read_database}, {"drain", read_drain},
    {"shop", read_shop},         {"payment", read_payment},
    {"webhooks", read_webhooks}, {"trace", read_trace},
    {"audit", read_audit},       {"client_rate", read_client_rate},
};

Result<void> read_root(Options& options, const toml::table& table) {
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
  if (auto ok = read_threads(io_threads, "io_threads", options.io_threads); !ok) return ok;
  if (auto ok = read_log_level(log_level, "log_level", options.log_level); !ok) return ok;
  for (auto [text, endpoint, key] : {std::tuple(&listen, &options.listen, "listen"),
                                     std::tuple(&ops_listen, &options.ops_listen, "ops_listen")}) {
    if (text->empty()) continue;
    if (auto ok = read_endpoint(*text, key, *endpoint); !ok) return ok;
  }

  const Currency usual = options.rules.currency;
  for (const auto& [key, read] : kTables) {
    static const toml::table kEmpty;
    const toml::node* node = root.child(key);
    const toml::table* inner = node == nullptr ? &kEmpty : node->as_table();
    if (inner == nullptr) return root.wrong(key, "must be a table");
    if (auto ok = read(Section(*inner, fmt::format("{}.", key)), options); !ok) return ok;
  }
  // Amounts are read in the shop's currency: those of another one would be summed up with its prices.
  if (options.rules.currency != usual && table.get("delivery") == nullptr)
    return invalid("shop.currency", "needs delivery methods in this currency too: add [[delivery]]");

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

}  // namespace

Result<void> read_settings(Options& options, std::string_view text, std::string_view source) {
  const toml::parse_result parsed = toml::parse(text, source);
  if (!parsed) {
    return fail(ErrorCode::kInvalid, fmt::format("{}:{}: {}", source, parsed.error().source().begin.line,
                                                 parsed.error().description()));
  }
  if (auto ok = read_root(options, parsed.table()); !ok) {
    Error error = ok.error();
    error.detail = fmt::format("{}: {}", source, error.detail);
    return tl::unexpected(error);
  }
  return {};
}

}  // namespace ff::config
