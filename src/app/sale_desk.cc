#include "app/sale_desk.h"

#include <pthread.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <exception>

namespace ff::app {

SaleDesk::SaleDesk(storage::Store& store, const catalog::SnapshotHolder& catalogue,
                   const catalog::StockLabelsHolder& labels, Clock& clock, Random& random,
                   telemetry::Registry& metrics)
    : catalogue_(catalogue),
      labels_(labels),
      rates_(kTickets, random.next()),
      process_(leadership::process_name(random)),
      leader_(store.leases(), clock, "sales", process_, leadership::LeaderSettings{}, metrics),
      desk_(
          store.sales(), leader_, boards_, counts_, clock, sales::DeskSettings{}, process_,
          [this] { return probe_ ? probe_() : sales::CheckoutLoad{}; },
          [this](std::span<const std::string> handles) { return sold_out(handles); }, metrics),
      door_(
          boards_, store.sales(), counts_, random,
          [this](std::string_view client, Instant now) { return !rates_.refuses(client, now); }, metrics) {}

void SaleDesk::start(sales::LoadProbe probe) {
  probe_ = std::move(probe);
  asio::co_spawn(context_, desk_.run(), [](const std::exception_ptr& broken) {
    if (broken) std::rethrow_exception(broken);
  });
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "ff-sales");
    context_.run();  // ends with run(): what is awaited elsewhere keeps it from running dry
  });
}

void SaleDesk::stop() {
  desk_.stop();
  if (thread_.joinable()) thread_.join();
}

bool SaleDesk::sold_out(std::span<const std::string> handles) const {
  const auto snapshot = catalogue_.load();
  const auto labels = labels_.load();
  if (handles.empty()) {
    return std::none_of(snapshot->products().begin(), snapshot->products().end(),
                        [&](const catalog::Product& product) { return labels->available(product); });
  }
  // What is not in the shop (any more) can't be bought either.
  return std::none_of(handles.begin(), handles.end(), [&](const std::string& handle) {
    const catalog::Product* const product = snapshot->product(handle);
    return product && labels->available(*product);
  });
}

}  // namespace ff::app
