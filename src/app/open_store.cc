#include "app/open_store.h"

namespace ff::app {

storage::StoreOptions store_options(const config::Options& options, telemetry::Registry* metrics) {
  storage::StoreOptions store;
  store.committers = options.database.committers;
  store.readers = options.database.readers;
  store.connect_timeout = options.database.connect_timeout;
  store.statement_timeout = options.database.statement_timeout;
  store.password_file = options.database.password_file;
  store.prepared = options.database.prepared;
  store.metrics = metrics;
  return store;
}

Result<std::unique_ptr<storage::Store>> open_store(const config::Options& options, Clock& clock,
                                                   telemetry::Registry* metrics) {
  return storage::open(options.database_url, clock, store_options(options, metrics));
}

}  // namespace ff::app
