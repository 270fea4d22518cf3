// Runs one task to its end on this thread: what a subcommand does with the asynchronous ports.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "base/async.h"

namespace ff::app {

template <typename T>
T run_task(Task<T> task) {
  asio::io_context context(1);
  std::optional<T> value;
  asio::co_spawn(context, std::move(task), [&value](std::exception_ptr error, T result) {
    if (error) std::rethrow_exception(error);
    value.emplace(std::move(result));
  });
  // The answer is posted by a worker thread, so the context has to wait for it rather than run dry.
  const auto work = asio::make_work_guard(context);
  while (!value)
    context.run_one();
  return std::move(*value);
}

}  // namespace ff::app
