#include "postgres/transact.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace ff::postgres {

Task<void> tidy(Connection& connection) {
  if (!connection.usable() || !connection.in_transaction()) co_return;
  Exchange exchange;
  exchange.rollback();
  auto rolled_back = co_await connection.run(std::move(exchange));
  if (!rolled_back) connection.close();
}

Task<void> pause_before_attempt(asio::any_io_executor executor, int attempt) {
  asio::steady_timer timer(executor, std::chrono::milliseconds(1 << attempt));
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

}  // namespace ff::postgres
