// One sale on a board of its own and the door before it, for the tests of pages and of the API: its queue,
// its line and its stock are whatever the test says.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/testing/run.h"
#include "sales/door.h"

namespace ff::sales {

class PostedSale {
 public:
  /// Of one product, "drop", with a queue from the beginning; nothing is stored before put().
  PostedSale(SaleStore& store_in, Random& random, telemetry::Registry& metrics, std::string_view product)
      : secrets(SaleSecrets::make(random)),
        store(store_in),
        door(
            boards, store, counts, random, [this](std::string_view, Instant) { return tickets_left; },
            metrics) {
    settings.id = SaleId::parse("drop").value();
    settings.title = "The <Drop>";
    settings.products = {std::string(product)};
    settings.queue = Queue::kOn;
  }

  /// Stores the sale, takes the queue as it was stored, and puts up a board.
  void put(Instant starts_at, Instant ends_at) {
    settings.starts_at = starts_at;
    settings.ends_at = ends_at;
    queue = run(store.put(settings, secrets)).value().queue();
    post();
  }
  /// Puts up a board with all of it as it is now.
  void post() {
    std::vector<Posted> posted{{Sale(settings, secrets, queue), Line(line), sold_out}};
    boards.store(std::make_shared<const Board>(std::move(posted)));
  }
  void call_everybody() {
    queue.frontier = 1000;
    post();
  }

  SaleSettings settings;
  SaleSecrets secrets;
  QueueState queue;
  std::vector<BucketCount> line;
  bool sold_out = false;
  bool tickets_left = true;  // for whoever asks
  BoardHolder boards;
  TicketCounts counts;
  SaleStore& store;
  Door door;
};

}  // namespace ff::sales
