#include "config/options.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace ff::config {
namespace {

const Environment kNothingSet;

class ConfigFile : public testing::Test {
 protected:
  Result<Options> load_with(std::string_view toml, Flags flags = {},
                            const Environment& environment = kNothingSet) {
    const std::string path = testing::TempDir() + "ff-options-test.toml";
    std::ofstream(path, std::ios::trunc) << toml;
    flags.config_file = path;
    auto loaded = load(flags, environment);
    std::filesystem::remove(path);
    return loaded;
  }
};

TEST(Options, DefaultsAreACompleteShop) {
  const auto options = load({}, kNothingSet);
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->listen.port, 8080);
  EXPECT_EQ(options->database_url, "sqlite:var/shop.db");
  EXPECT_EQ(options->rules.currency.code(), "EUR");
  EXPECT_EQ(options->rules.countries.front(), "DE");
  EXPECT_TRUE(options->demo);
  EXPECT_TRUE(options->database_is_default);
  EXPECT_TRUE(options->warnings.empty());
}

TEST_F(ConfigFile, OverridesDefaultsAndIsOverriddenByEnvironmentAndFlags) {
  constexpr std::string_view toml = "listen = \"127.0.0.1:1111\"\n";
  const Environment listens_on_9999{{"FF_LISTEN", "127.0.0.1:9999"}};
  EXPECT_EQ(load_with(toml)->listen.port, 1111);
  EXPECT_EQ(load_with(toml, {}, listens_on_9999)->listen.port, 9999);
  Flags flags;
  flags.listen = "127.0.0.1:2222";
  EXPECT_EQ(load_with(toml, flags, listens_on_9999)->listen.port, 2222);
}

TEST_F(ConfigFile, RefusesWhatItDoesNotKnowAndNamesIt) {
  const struct {
    std::string_view toml, named;
  } cases[] = {
      {"listne = \":80\"", "listne: is not a setting; did you mean listen?"},
      {"[shop]\ncolour = \"red\"", "shop.colour: is not a setting"},
      {"io_threads = \"two\"", "io_threads: must be a whole number"},
      {"io_threads = -1", "io_threads: must be between 0 and 256"},
      {"[trace]\nsample = 1.5", "trace.sample: must be a number between 0 and 1"},
      {"[trace]\nsample = \"all\"", "trace.sample: must be a number between 0 and 1"},
      {"[trace]\notlp_url = \"collector:4318\"", "trace.otlp_url: must be like"},
      {"[audit]\nevery_s = -1", "audit.every_s: must be between 0 and 604800 seconds"},
      {"[audit]\norders_max = 0", "audit.orders_max: must be between 1 and"},
      {"[webhooks]\ndead_letter_days = 0", "webhooks.dead_letter_days: must be between 1 and 3650"},
      {"listen = \"8080\"", "listen: must be HOST:PORT"},
      {"[shop]\npublic_url = \"shop.example\"", "shop.public_url: must be like"},
      {"[shop]\ncurrency = \"USD\"", "shop.currency: needs delivery methods in this currency"},
      {"[payment]\nledger = \"\"", "payment.ledger: must name a file"},
      {"[shop]\ncurrency = \"XXX\"", "shop.currency: must be an ISO 4217 code"},
      {"[[delivery]]\nid = \"a\"\ntitle = \"A\"\ncountries = [\"Germany\"]\nprice = \"1\"",
       "delivery[0].countries"},
      {"[[tax]]\ncountry = \"DE\"\nrate = \"190\"", "tax[0].rate: must be a percentage"},
      {"[payment]\nhold_ms = 11000", "payment.hold_ms: must exceed"},
      {"database_url = \"mysql://x\"", "database_url: must be like"},
      {"database_url = \"sqlite:\"", "database_url: must be like"},
      {"[database]\ncommitters = 0", "database.committers: must be between 1 and 64"},
      {"[database]\npool = 5", "database.pool: is not a setting"},
      {"listen = ", "ff-options-test.toml:1"},
      {"log_level = \"loud\"", "log_level: must be debug, info, warning or error, not 'loud'"},
      {"listen = \":80\"\nops_listen = \"127.0.0.1:80\"", "ops_listen: must differ from listen"},
      {"[shop]\npicture_hosts = [\"https://\"]", "shop.picture_hosts: 'https://' is not a host"},
  };
  for (const auto& c : cases) {
    const auto loaded = load_with(c.toml);
    ASSERT_FALSE(loaded) << c.toml;
    EXPECT_NE(loaded.error().detail.find(c.named), std::string::npos) << loaded.error().detail;
  }
}

TEST_F(ConfigFile, TakesPictureHostsAsAPolicyNamesThem) {
  const auto options = load_with(
      "[shop]\npicture_hosts = [\"cdn.example.com\", \"https://cdn.example.com/\", \"minio:9000\", "
      "\"http://minio:9000/\", \"http://192.0.2.7\", \"localhost\"]");
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->picture_hosts,
            (std::vector<std::string>{"cdn.example.com", "https://cdn.example.com", "minio:9000",
                                      "http://minio:9000", "http://192.0.2.7", "localhost"}));
}

TEST_F(ConfigFile, RefusesPictureHostsThatAPolicyCannotName) {
  for (const std::string host :
       {"", "/", "minio", "https://", "https:///", "ftp://cdn.example.com", "https://cdn.example.com//",
        "https://cdn.example.com/img", "https://[::1]", "[::1]:9000", "http://https://cdn.example.com",
        "minio:", ":9000", "a.example;", "*.example.com"}) {
    const auto options = load_with("[shop]\npicture_hosts = [\"" + host + "\"]");
    ASSERT_FALSE(options) << host;
    EXPECT_NE(options.error().detail.find("'" + host + "' is not a host like"), std::string::npos)
        << options.error().detail;
  }
}

TEST_F(ConfigFile, ReachesPostgreSqlWithinItsBudget) {
  const auto options = load_with(
      "database_url = \"postgres://shop@one,two/shop\"\n"
      "[database]\nreaders = 4\nstatement_timeout_ms = 2500\nprepared = false\n");
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->database.committers, 3);
  EXPECT_EQ(options->database.readers, 4);
  EXPECT_EQ(options->database.statement_timeout, std::chrono::milliseconds(2500));
  EXPECT_FALSE(options->database.prepared);
}

TEST(Options, AreHeldToTheSameRulesWhenTheyComeFromTheEnvironment) {
  const auto options = load({}, {{"FF_PUBLIC_URL", "https://shop.example/"}});
  ASSERT_FALSE(options);
  EXPECT_NE(options.error().detail.find("shop.public_url: must be like"), std::string::npos);
}

TEST(Options, NameTheVariableThatAMistypedOneStandsFor) {
  const auto options = load({}, {{"FF_DATABSE_URL", "sqlite:shop.db"}});
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().detail, "FF_DATABSE_URL: is not a setting; did you mean FF_DATABASE_URL?");
}

TEST(Options, WarnOnceOfAVariableThatIsNone) {
  const auto options = load({}, {{"FF_COLOUR_OF_BUTTONS", "red"}});
  ASSERT_TRUE(options) << options.error().detail;
  ASSERT_EQ(options->warnings.size(), 1u);
  EXPECT_NE(options->warnings[0].find(
                "FF_COLOUR_OF_BUTTONS is not a setting and is ignored; there are FF_AUDIT_EVERY_S"),
            std::string::npos);
}

TEST(Options, KnowEveryVariableThatTheDefaultsTellOf) {
  const std::string_view told = defaults_toml().substr(0, defaults_toml().find("\nlisten"));
  for (const char* name :
       {"FF_CONFIG", "FF_LISTEN", "FF_OPS_LISTEN", "FF_DATABASE_URL", "FF_DATABASE_PASSWORD_FILE",
        "FF_IO_THREADS", "FF_LOG_LEVEL", "FF_PUBLIC_URL", "FF_PAYMENT_LEDGER", "FF_PAYMENT_GATEWAY_URL",
        "FF_PAYMENT_GATEWAY_TOKEN_FILE", "FF_TRACE_OTLP_URL", "FF_TRACE_SAMPLE", "FF_AUDIT_EVERY_S"}) {
    EXPECT_NE(told.find(name), told.npos) << name;
  }
}

TEST(Options, NameThePaymentGatewayThatSeveralServersShare) {
  EXPECT_EQ(load({}, {})->payment_gateway_url, "") << "the demo gateway inside the process";
  const auto options = load({}, {{"FF_PAYMENT_GATEWAY_URL", "http://payment-gateway:8090"},
                                 {"FF_PAYMENT_GATEWAY_TOKEN_FILE", "/run/token"}});
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->payment_gateway_url, "http://payment-gateway:8090");
  EXPECT_EQ(options->payment_gateway_token_file, "/run/token");
  for (const char* url : {"payment-gateway:8090", "http://payment-gateway:8090/", "ftp://payment-gateway"}) {
    const auto refused = load({}, {{"FF_PAYMENT_GATEWAY_URL", url}});
    ASSERT_FALSE(refused) << url;
    EXPECT_NE(refused.error().detail.find("payment.gateway_url: must be like"), std::string::npos) << url;
  }
}

TEST(Options, TakeAShareOfRequestsToTraceAsAnyNumberBetween0And1) {
  EXPECT_EQ(load({}, {})->trace.otlp_url, "") << "nothing is recorded";
  for (const double share : {0.0, 0.25, 1.0})
    EXPECT_EQ(load({}, {{"FF_TRACE_SAMPLE", fmt::format("{}", share)}})->trace.sample, share);
  for (const char* share : {"", "2", "-0.1", "0.5%", "nan"}) {
    const auto refused = load({}, {{"FF_TRACE_SAMPLE", share}});
    ASSERT_FALSE(refused) << share;
    EXPECT_EQ(refused.error().detail, "FF_TRACE_SAMPLE: must be a number between 0 and 1");
  }
}

TEST_F(ConfigFile, TakesTracingAndAuditing) {
  const auto options = load_with(
      "[trace]\notlp_url = \"http://collector:4318\"\nsample = 1\n[audit]\nevery_s = 5\norders_max = 7\n");
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->trace.otlp_url, "http://collector:4318");
  EXPECT_EQ(options->trace.sample, 1.0);
  EXPECT_EQ(options->audit.every, std::chrono::seconds(5));
  EXPECT_EQ(options->audit.orders_max, 7);
  EXPECT_EQ(load({}, {{"FF_AUDIT_EVERY_S", "0"}})->audit.every, Duration(0)) << "never";
}

TEST(Options, NameTheVariableOfABadLogLevelAndTheLevelsThatThereAre) {
  const auto options = load({}, {{"FF_LOG_LEVEL", "verbose"}});
  ASSERT_FALSE(options);
  EXPECT_EQ(options.error().detail, "FF_LOG_LEVEL: must be debug, info, warning or error, not 'verbose'");
}

TEST(Environment, IsThatOfTheProcessWhereItBeginsWithOurName) {
  const char* variables[] = {"PATH=/bin", "FF_LISTEN=:80", "FF_PUBLIC_URL=https://a.example/?a=b", "FFX=1",
                             nullptr};
  EXPECT_EQ(environment_of(variables),
            (Environment{{"FF_LISTEN", ":80"}, {"FF_PUBLIC_URL", "https://a.example/?a=b"}}));
}

TEST_F(ConfigFile, SellsInAnotherCurrencyWithItsOwnDeliveryPrices) {
  const auto options = load_with(
      "[shop]\ncurrency = \"USD\"\n"
      "[[delivery]]\nid = \"post\"\ntitle = \"Post\"\ncountries = [\"US\"]\nprice = \"5.00\"\n");
  ASSERT_TRUE(options) << options.error().detail;
  EXPECT_EQ(options->rules.delivery.front().price.currency, options->rules.currency);
}

TEST(Endpoint, KnowsHostsPortsAndBrackets) {
  EXPECT_EQ(Endpoint::parse(":8080")->address, "0.0.0.0");
  EXPECT_EQ(Endpoint::parse("[::1]:0")->address, "::1");
  EXPECT_FALSE(Endpoint::parse("::1:80"));
  EXPECT_FALSE(Endpoint::parse("localhost"));
  EXPECT_FALSE(Endpoint::parse("127.0.0.1:65536"));
}

TEST(UsableCpus, IsAtLeastOne) { EXPECT_GE(usable_cpus(), 1); }

}  // namespace
}  // namespace ff::config
