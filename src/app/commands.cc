#include "app/commands.h"

#include <sodium.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "api/api.h"
#include "app/catalogue_commands.h"
#include "app/copy_command.h"
#include "app/healthcheck.h"
#include "app/payment_gateway.h"
#include "app/sale_commands.h"
#include "app/serve.h"
#include "app/signals.h"
#include "app/store_commands.h"
#include "app/usage_error.h"
#include "app/webhook_commands.h"
#include "config/options.h"
#include "telemetry/log.h"

namespace ff::app {
namespace {

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

int report(const Error& error, int exit_code) {
  std::fprintf(stderr, "fashionforward: %s\n", error.detail.empty() ? "failed" : error.detail.c_str());
  return exit_code;
}

// Every subcommand of a shop reads the same settings from the same places.
void add_settings(CLI::App& command, config::Flags& flags) {
  command.add_option("--config", flags.config_file, "Settings file (default: fashionforward.toml, if there)");
  command.add_option("--database-url", flags.database_url, "The shop's database, like sqlite:var/shop.db");
}

// Loads the settings and runs `work(options)`; wrong settings are wrong usage, a failed work is a failure.
template <typename Work>
int with_settings(const config::Flags& flags, Work&& work) {
  const auto options = config::load(flags, config::environment_of(environ));
  if (!options) return report(options.error(), kWrongUsage);
  log::set_level(options->log_level);
  const Result<void> done = work(*options);
  return done ? kDone : report(done.error(), kFailed);
}

// The same for a subcommand that a person reads: warnings are lines on standard error.
template <typename Work>
int with_options(const config::Flags& flags, Work&& work) {
  return with_settings(flags, [&work](const config::Options& options) -> Result<void> {
    for (const std::string& warning : options.warnings)
      std::fprintf(stderr, "fashionforward: warning: %s\n", warning.c_str());
    return work(options);
  });
}

struct WebhookArguments {
  NewWebhook added;
  std::int64_t id = 0;
};

// They live in run(), like what they write to.
void add_webhook_commands(CLI::App& app, config::Flags& flags, WebhookArguments& arguments, int& exit_code) {
  CLI::App* webhooks =
      app.add_subcommand("webhooks", "Who is told of events, and what could not be delivered");
  webhooks->require_subcommand(1);
  webhooks->footer(
      "Examples:\n  fashionforward webhooks add https://example.org/hook --events "
      "order.paid,order.cancelled\n"
      "  fashionforward webhooks list");
  const auto command = [&](const char* name, const char* what, const char* example, auto work) {
    CLI::App* made = webhooks->add_subcommand(name, what);
    add_settings(*made, flags);
    made->footer(std::string("Example:\n  fashionforward webhooks ") + example);
    made->callback([&flags, &exit_code, work] { exit_code = with_options(flags, work); });
    return made;
  };
  command("list", "List the webhooks: id, URL, events, state, deliveries that wait or were given up", "list",
          [](const config::Options& o) { return list_webhooks(o); });
  command("dead-letters", "List the deliveries that were given up: id, webhook, event, last error",
          "dead-letters", [](const config::Options& o) { return list_dead_letters(o); });
  CLI::App* add = command("add", "Add a webhook and print the secret that its signatures are made with",
                          "add https://example.org/hook --events order.paid,order.cancelled",
                          [&arguments](const config::Options& o) { return add_webhook(o, arguments.added); });
  add->add_option("URL", arguments.added.url, "Where events are posted to; https")->required();
  add->add_option("--events", arguments.added.events, "Types of events, separated by commas (default: all)")
      ->delimiter(',');
  add->add_option("--secret", arguments.added.secret, "whsec_..., to keep one that is known already");
  const auto of_id = [&](const char* name, const char* what, const char* example, auto work) {
    CLI::App* made = command(name, what, example,
                             [&arguments, work](const config::Options& o) { return work(o, arguments.id); });
    made->add_option("ID", arguments.id, "As listed")->required();
  };
  of_id("remove", "Remove a webhook and all that it is still to get", "remove 3", remove_webhook);
  of_id("enable", "Serve a webhook again that was disabled", "enable 3", enable_webhook);
  of_id("redeliver", "Send a dead letter again", "redeliver 17", redeliver_webhook);
}

struct SaleArguments {
  SaleEdit edit;
  DrawCheck draw;
};

void add_sale_options(CLI::App& set, SaleEdit& edit) {
  set.add_option("ID", edit.id, "Its name in URLs and cookies: a-z, 0-9 and -")->required();
  set.add_option("--title", edit.title, "What shoppers read (default: the ID)");
  auto* products = set.add_option("--products", edit.products, "Handles of products, separated by commas");
  products->delimiter(',')->expected(1, -1);
  set.add_flag("--whole-shop", edit.whole_shop, "Of all products")->excludes(products);
  set.add_option("--starts", edit.starts, "2026-11-27T09:00:00Z, with an offset or Z; or +10m, or now");
  set.add_option("--ends", edit.ends, "Likewise; at most 10 days after the start");
  set.add_flag("--drop-line", edit.drop_line,
               "With another kind of --queue: void the tickets of those who wait");
  set.add_option("--limit", edit.limit, "Units of its products that one shopper may buy (0: no limit)");
  set.add_option("--queue", edit.queue,
                 "on: from now until the end; auto: while checkout can't keep up; off (default)");
  set.add_option("--auto-after", edit.auto_after, "auto: for how long checkout refuses first (default 5s)");
  set.add_option("--pass-for", edit.pass_for, "How long an admitted shopper may take to buy (default 10m)");
  set.add_option("--rate", edit.rate, "Admissions a second at most (default 0: what checkout can take)");
}

// They live in run(), like what they write to.
void add_sale_commands(CLI::App& app, config::Flags& flags, SaleArguments& arguments, int& exit_code) {
  CLI::App* sale = app.add_subcommand("sale", "Sales, and the waiting room before their checkout");
  sale->require_subcommand(1);
  sale->footer(
      "Examples:\n"
      "  fashionforward sale set black-friday --products bias-slip-dress,wool-pea-coat --starts "
      "2026-11-27T09:00:00Z "
      "\\\n      --ends 2026-11-27T21:00:00Z --limit 2 --queue on\n"
      "  fashionforward sale set rush --whole-shop --starts now --ends +7d --queue auto\n"
      "  fashionforward sale show black-friday");
  const auto command = [&](const char* name, const char* what, const char* example, auto work) {
    CLI::App* made = sale->add_subcommand(name, what);
    add_settings(*made, flags);
    made->footer(std::string("Example:\n  fashionforward sale ") + example);
    made->callback([&flags, &exit_code, work] { exit_code = with_options(flags, work); });
    return made;
  };
  add_sale_options(*command("set", "Add a sale, or change one: what is not given stays",
                            "set black-friday --title \"Black Friday\" --rate 200 --pass-for 5m",
                            [&arguments](const config::Options& o) { return set_sale(o, arguments.edit); }),
                   arguments.edit);
  command("list", "List the sales: ID, state, times, queue, products", "list",
          [](const config::Options& o) { return list_sales(o); });
  const auto of_id = [&](const char* name, const char* what, const char* example, auto work) {
    CLI::App* made = command(name, what, example, [&arguments, work](const config::Options& o) {
      return work(o, arguments.edit.id);
    });
    made->add_option("ID", arguments.edit.id, "As listed")->required();
    return made;
  };
  of_id("show", "Show a sale: settings, line, commitment, and the seed once it has started",
        "show black-friday", show_sale);
  of_id("end", "End a sale that runs, now: its products are open to everybody", "end black-friday", end_sale);
  of_id("remove", "Remove a sale with its line; its tickets and passes are void", "remove black-friday",
        [&arguments](const config::Options& o, const std::string& id) {
          return remove_sale(o, id, arguments.edit.drop_line);
        })
      ->add_flag("--drop-line", arguments.edit.drop_line,
                 "Also while somebody stands in its line: their tickets are void");
  CLI::App* draw = sale->add_subcommand("check-draw", "Check a place that was drawn; needs no database");
  draw->add_option("--seed", arguments.draw.seed, "As the shop shows it since the start")->required();
  draw->add_option("--commitment", arguments.draw.commitment, "As the shop showed it before")->required();
  draw->add_option("--tickets", arguments.draw.drawn,
                   "How many tickets were drawn: drawn_tickets of the sale's public state");
  draw->add_option("--before", arguments.draw.before,
                   "For tickets taken after the start: how many came before those of their five seconds");
  draw->add_option("TICKET", arguments.draw.tickets, "Tickets, or their numbers, as the page shows them")
      ->required()
      ->expected(1, -1);
  draw->footer(
      "All of it is public: GET /api/v1/sales/ID tells commitment, seed (from the start on) and "
      "drawn_tickets.\n"
      "Example:\n"
      "  fashionforward sale check-draw --tickets 5000 \\\n"
      "    --seed       000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f \\\n"
      "    --commitment 630dcd2966c4336691125448bbb25b4ff412a49c732db2c8abc1b8581bd710dd \\\n"
      "    00112233445566778899aabbccddeeff");
  draw->callback([&arguments, &exit_code] {
    const Result<void> done = check_draw(arguments.draw);
    exit_code = done ? kDone : report(done.error(), kFailed);
  });
}

struct HealthArguments {
  HealthQuestion question;
  std::int64_t timeout_ms = 2000;
};

// They live in run(), like what they write to.
void add_healthcheck_command(CLI::App& app, config::Flags& flags, HealthArguments& arguments,
                             int& exit_code) {
  constexpr std::int64_t kTimeoutMsMax = 60'000;
  CLI::App* command =
      app.add_subcommand("healthcheck", "Ask the server of this machine how it is: exit code 0 or 1");
  command->add_option("--config", flags.config_file,
                      "Settings file (default: fashionforward.toml, if there)");
  command->add_option("--ops-listen", flags.ops_listen,
                      "HOST:PORT of the ops port, as given to serve (default 127.0.0.1:9090)");
  command
      ->add_option("--probe", arguments.question.probe,
                   "readyz: it serves (default); livez: the process answers; startupz: it has started")
      ->check(CLI::IsMember({"readyz", "livez", "startupz"}));
  command->add_option("--timeout-ms", arguments.timeout_ms, "How long to wait for the answer (default 2000)")
      ->check(CLI::Range(std::int64_t{1}, kTimeoutMsMax));
  command->footer(
      "For containers, whose image holds no other program. Silent when all is well; else it says what is "
      "not.\n"
      "Examples:\n  fashionforward healthcheck\n  fashionforward healthcheck --probe livez --timeout-ms 500");
  command->callback([&flags, &arguments, &exit_code] {
    arguments.question.timeout = std::chrono::milliseconds(arguments.timeout_ms);
    exit_code = with_settings(
        flags, [&arguments](const config::Options& o) { return app::healthcheck(o, arguments.question); });
  });
}

// They live in run(), like what they write to.
void add_payment_gateway_command(CLI::App& app, config::Flags& flags, PaymentGatewayArguments& arguments,
                                 int& exit_code) {
  constexpr std::int64_t kLatencyMsMax = 60'000;
  CLI::App* command = app.add_subcommand(
      "payment-gateway", "Serve the demo gateway as a process of its own, which several servers share");
  command->add_option("--config", flags.config_file,
                      "Settings file (default: fashionforward.toml, if there)");
  command->add_option("--listen", arguments.listen,
                      "HOST:PORT for the shop's servers (default 127.0.0.1:8090)");
  command->add_option("--ledger", arguments.ledger, "The file of its books (default: payment.ledger)");
  command->add_option(
      "--token-file", arguments.token_file,
      "Holds the secret that servers must show (default: payment.gateway_token_file); only on "
      "loopback it may be missing");
  command
      ->add_option("--latency", arguments.latency_ms,
                   "How far away it is, in ms (default: payment.demo_latency_ms)")
      ->check(CLI::Range(std::int64_t{0}, kLatencyMsMax));
  command->footer(
      "It charges nobody: the test cards of the README decide. Probes (/livez, /readyz) and /metrics are on "
      "the "
      "same\nport. Servers find it by payment.gateway_url and payment.gateway_token_file.\n"
      "Examples:\n  fashionforward payment-gateway --ledger gateway.db\n"
      "  fashionforward payment-gateway --listen :8090 --ledger /var/lib/fashionforward/gateway.db "
      "--token-file /run/secrets/gateway-token");
  command->callback([&flags, &arguments, &exit_code] {
    exit_code = with_settings(
        flags, [&arguments](const config::Options& o) { return app::payment_gateway(o, arguments); });
  });
}

}  // namespace

int run(int argc, char** argv) {
  end_as_told();  // servers have more to do, and say so themselves
  if (sodium_init() < 0) {
    static_cast<void>(std::fputs("fashionforward: the system's random generator is not available\n", stderr));
    return kFailed;
  }
  CLI::App app("FashionForward: an online shop that does not fall over on Black Friday", "fashionforward");
  app.require_subcommand(1);
  app.set_version_flag("--version", FF_VERSION);
  app.footer(
      "Examples:\n"
      "  fashionforward serve                                     # a demo shop on http://localhost:8080\n"
      "  fashionforward migrate && fashionforward import products_export.csv && fashionforward serve\n"
      "  fashionforward audit                                     # is every order, unit and payment "
      "accounted for?\n"
      "  fashionforward config > fashionforward.toml              # every setting, with its meaning\n"
      "Each command says more: fashionforward serve --help");
  int exit_code = kDone;
  config::Flags flags;

  CLI::App* serve = app.add_subcommand("serve", "Serve the storefront, the API and the ops port");
  add_settings(*serve, flags);
  serve->add_option("--listen", flags.listen, "HOST:PORT for shoppers and the API (default 127.0.0.1:8080)");
  serve->add_option("--ops-listen", flags.ops_listen,
                    "HOST:PORT for probes and metrics (default 127.0.0.1:9090)");
  serve->add_option("--io-threads", flags.io_threads,
                    "Serving threads (default 0: what the CPU limit allows)");
  serve->footer(
      "Where the SQLite file does not exist, a demo shop is made there (never in a folder that does not "
      "exist).\n"
      "Examples:\n  fashionforward serve\n  fashionforward serve --listen :80 --database-url "
      "sqlite:/data/shop.db");
  serve->callback(
      [&] { exit_code = with_settings(flags, [](const config::Options& o) { return app::serve(o); }); });

  PaymentGatewayArguments gateway;
  add_payment_gateway_command(app, flags, gateway, exit_code);

  CLI::App* migrate = app.add_subcommand("migrate", "Bring the database's schema up to this release");
  add_settings(*migrate, flags);
  migrate->footer("Example:\n  fashionforward migrate --database-url sqlite:var/shop.db");
  migrate->callback(
      [&] { exit_code = with_options(flags, [](const config::Options& o) { return app::migrate(o); }); });

  ImportRequest import_request;
  CLI::App* import =
      app.add_subcommand("import", "Import products from a Shopify product CSV, all or nothing");
  add_settings(*import, flags);
  import->add_option("FILE", import_request.file, "The CSV file")->required();
  import->add_option("--collections", import_request.collections_file, "A CSV of collections to import too");
  import->add_flag("--dry-run", import_request.dry_run, "Only print what would be created, changed, removed");
  import->add_flag("--replace", import_request.replace, "Remove products that the file does not list");
  import->add_flag("--allow-empty", import_request.allow_empty,
                   "With --replace: a file that lists no product empties the shop");
  import->add_flag("--keep-stock", import_request.keep_stock,
                   "Leave the stock of existing variants as it is");
  import->footer(
      "Products are told by their handle, variants by their option values; what the file does not list "
      "stays.\n"
      "Examples:\n"
      "  fashionforward import products_export.csv --dry-run        # what would change\n"
      "  fashionforward import products_export.csv                  # texts, prices and stock as in the "
      "file\n"
      "  fashionforward import products_export.csv --keep-stock     # over a shop that sells: its own count "
      "stays\n"
      "  fashionforward import products_export.csv --replace        # what the file does not list is "
      "removed");
  import->callback([&] {
    exit_code = with_options(
        flags, [&](const config::Options& o) { return app::import_catalogue(o, import_request); });
  });

  ExportRequest export_request;
  CLI::App* export_command = app.add_subcommand("export", "Write the catalogue as a Shopify product CSV");
  add_settings(*export_command, flags);
  export_command->add_option("--output", export_request.file, "File to write (default: standard output)");
  export_command->add_option("--collections", export_request.collections_file,
                             "File to write the collections to, as import --collections reads them");
  export_command->footer(
      "Collections are no part of a Shopify product CSV: they go to a file of their own, when one is named.\n"
      "It only reads: leave to read the database is enough.\n"
      "Examples:\n  fashionforward export --output products.csv\n  fashionforward export --output "
      "products.csv --collections collections.csv");
  export_command->callback([&] {
    exit_code = with_options(
        flags, [&](const config::Options& o) { return app::export_catalogue(o, export_request); });
  });

  CLI::App* seed = app.add_subcommand("seed", "Load the demo shop, unless the database has products already");
  add_settings(*seed, flags);
  seed->footer("Example:\n  fashionforward seed --database-url sqlite:var/shop.db");
  seed->callback(
      [&] { exit_code = with_options(flags, [](const config::Options& o) { return app::seed(o); }); });

  CLI::App* audit =
      app.add_subcommand("audit", "Check that nothing was lost, sold twice or charged twice (I1-I5)");
  add_settings(*audit, flags);
  audit->footer(
      "Prints each violated invariant with the row that breaks it and exits with 1. It only reads, also "
      "beside a\n"
      "server that runs; leave to read the files is enough. It needs the payment ledger of the servers\n"
      "(payment.ledger, FF_PAYMENT_LEDGER; a relative path counts from the folder of the SQLite file), or "
      "the\n"
      "gateway that they share (payment.gateway_url, FF_PAYMENT_GATEWAY_URL).\n"
      "Example:\n  fashionforward audit --database-url sqlite:var/shop.db");
  audit->callback(
      [&] { exit_code = with_options(flags, [](const config::Options& o) { return app::audit(o); }); });

  WebhookArguments webhook;
  add_webhook_commands(app, flags, webhook, exit_code);
  SaleArguments sale;
  add_sale_commands(app, flags, sale, exit_code);

  CopyRequest copy_request;
  CLI::App* copy = app.add_subcommand("copy", "Move the whole shop into another, empty database");
  copy->add_option("--config", flags.config_file, "Settings file (default: fashionforward.toml, if there)");
  copy->add_option("--from", copy_request.from, "The database to read, like sqlite:var/shop.db")->required();
  copy->add_option("--to", copy_request.to, "The empty database to fill, like postgres://user@host/shop")
      ->required();
  copy->footer(
      "Stop the servers first: nobody can write to the source meanwhile. Both are audited and compared.\n"
      "Example:\n  fashionforward copy --from sqlite:var/shop.db --to postgres://shop@db/shop");
  copy->callback([&] {
    exit_code =
        with_options(flags, [&](const config::Options& o) { return app::copy_shop(o, copy_request); });
  });

  HealthArguments health;
  add_healthcheck_command(app, flags, health, exit_code);

  CLI::App* openapi = app.add_subcommand("openapi", "Print the API's OpenAPI 3.1 document");
  openapi->footer("Example:\n  fashionforward openapi > openapi.json");
  openapi->callback([&] { std::printf("%s\n", api::openapi_document().c_str()); });

  CLI::App* config = app.add_subcommand("config", "Print the default settings, with what each means");
  config->footer("Example:\n  fashionforward config > fashionforward.toml");
  config->callback([&] {
    const std::string_view defaults = config::defaults_toml();
    std::printf("%.*s", static_cast<int>(defaults.size()), defaults.data());
  });

  CLI::App* version = app.add_subcommand("version", "Print the version");
  version->footer("Example:\n  fashionforward version");
  version->callback([&] { std::printf("fashionforward %s\n", FF_VERSION); });

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& asked_for) {  // --help, --version
    return app.exit(asked_for);
  } catch (const CLI::ParseError& wrong) {
    const std::vector<std::string_view> arguments(argv + std::min(argc, 1), argv + argc);
    std::fprintf(stderr, "fashionforward: %s\n", explain_usage_error(app, arguments, wrong).c_str());
    return kWrongUsage;
  }
  return exit_code;
}

}  // namespace ff::app
