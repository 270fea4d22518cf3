// storm --shop KIND --target 127.0.0.1:PORT... --goods FILE [...]: many shoppers at once, see storm/crowd.h;
// prints what became of them as JSON (storm/tally.h). Only for servers of this machine.
#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "storm/crowd.h"

namespace {

void allow_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  const rlimit wanted{100'000, std::max<rlim_t>(limit.rlim_max, 100'000)};
  if (::setrlimit(RLIMIT_NOFILE, &wanted) == 0) return;  // as root
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

int storm(int argc, char** argv) {
  ff::storm::Settings settings;
  std::string kind = "ours", goods_file;
  bool by_card = false;
  std::uint64_t run = 1;
  double warm_up = settings.warm_up.count(), window = settings.window.count(), think = settings.think.count(),
         patience = settings.patience.count();
  CLI::App app("Many shoppers at once, on one thread");
  app.add_option("--shop", kind, "ours, flask or vendure: how it is bought from")->capture_default_str();
  app.add_option("--target", settings.targets, "127.0.0.1:PORT; several: shoppers take them in turn")
      ->required();
  app.add_option("--host", settings.host, "the name that the shop is asked by, where it is not the target's");
  app.add_option("--goods", goods_file, "lines: product HANDLE VARIANT, collection HANDLE, search WORD")
      ->required();
  app.add_option("--rate", settings.arrivals_per_second, "shoppers who arrive each second; 0: a closed loop")
      ->capture_default_str();
  app.add_option("--shoppers", settings.shoppers, "at once, at most; in a closed loop always")
      ->capture_default_str();
  app.add_option("--arrivals-max", settings.arrivals_max, "then nobody comes any more");
  app.add_option("--warm-up", warm_up, "seconds that don't count")->capture_default_str();
  app.add_option("--seconds", window, "that count")->capture_default_str();
  app.add_flag("--to-the-end", settings.to_the_end, "on until the last shopper has left");
  app.add_option("--think", think, "seconds before each step, on average")->capture_default_str();
  app.add_option("--patience", patience, "seconds that a shopper waits for one answer")
      ->capture_default_str();
  app.add_option("--tries", settings.tries, "how often one comes again when told when to")
      ->capture_default_str();
  app.add_flag("--persistent", settings.persistent, "who lost an answer asks again, at the next target");
  app.add_option("--searching", settings.searching, "share of shoppers who search")->capture_default_str();
  app.add_option("--hot", settings.hot, "share of shoppers who came for the first product")
      ->capture_default_str();
  app.add_flag("--by-card", by_card, "pay through the gateway (ours)");
  app.add_option("--run", run, "sets this run's carts and keys apart")->capture_default_str();
  app.add_option("--seed", settings.seed, "of the dice")->capture_default_str();
  app.add_option("--orders", settings.orders_file, "append the names of the orders to this file");
  CLI11_PARSE(app, argc, argv);
  settings.warm_up = std::chrono::duration<double>(warm_up);
  settings.window = std::chrono::duration<double>(window);
  settings.think = std::chrono::duration<double>(think);
  settings.patience = std::chrono::duration<double>(patience);

  const ff::storm::Goods goods = ff::storm::Goods::read(goods_file);
  const auto shop = ff::storm::make_shop(kind, goods, by_card, run);
  if (!shop) throw std::runtime_error("--shop is ours, flask or vendure");
  allow_descriptors();
  std::puts(ff::storm::run(settings, *shop, goods).c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return storm(argc, argv);
  } catch (const std::exception& error) {
    static_cast<void>(std::fprintf(stderr, "storm: %s\n", error.what()));
    return 1;
  }
}
