// Runs one task to its end on this thread: what a subcommand does with the asynchronous ports.
//
// Invariant: the context that answers are posted to outlives every store that this thread opened. A store's
// worker is still inside post() for a moment after its answer was taken, so a context that ended with the
// task would end under its feet.
#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "base/async.h"

namespace ff::app {

/// As old as the thread: it is destroyed after all that stands on the thread's stack.
inline asio::io_context& task_context() {
  thread_local asio::io_context context(1);
  return context;
}

template <typename T>
T run_task(Task<T> task) {
  asio::io_context& context = task_context();
  // The answer is posted by a worker thread, so the context has to wait for it rather than run dry.
  const auto work = asio::make_work_guard(context);
  std::optional<T> value;
  asio::co_spawn(context, std::move(task), [&value](std::exception_ptr error, T result) {
    if (error) std::rethrow_exception(error);
    value.emplace(std::move(result));
  });
  while (!value) {
    // A worker that let go of the task before may have stopped the context when it found it without work.
    if (context.run_one() == 0) context.restart();
  }
  return std::move(*value);
}

}  // namespace ff::app
