// The one thread on which all connections of a store live, and the way of a coroutine there and back.
//
// Invariant: what run() was given is answered exactly once, on the executor of the coroutine that awaits it,
// whose context can't run dry meanwhile; nobody's going away takes it back. The destructor waits for what is
// under way (each exchange has its deadline).
#pragma once

#include <atomic>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <string>
#include <thread>
#include <utility>

#include "base/async.h"

namespace ff::postgres {

class Thread {
 public:
  /// `name`: of the thread, at most 15 characters.
  explicit Thread(std::string name);
  Thread(const Thread&) = delete;
  ~Thread();

  asio::io_context& context() { return context_; }

  /// Runs `task` on this thread and answers where it is awaited. Any thread.
  template <typename T>
  Task<T> run(Task<T> task) {
    under_way_.fetch_add(1, std::memory_order_relaxed);
    auto initiate = [this](auto handler, Task<T> moved) {
      auto guard = asio::make_work_guard(asio::get_associated_executor(handler));
      asio::co_spawn(context_, std::move(moved),
                     [this, handler = std::move(handler), guard = std::move(guard)](
                         const std::exception_ptr& broken, T outcome) mutable {
                       if (broken) std::rethrow_exception(broken);  // our own mistake ends the program
                       under_way_.fetch_sub(1, std::memory_order_relaxed);
                       asio::post(guard.get_executor(),
                                  [handler = std::move(handler), outcome = std::move(outcome)]() mutable {
                                    std::move(handler)(std::move(outcome));
                                  });
                       guard.reset();
                     });
    };
    auto answered = asio::async_initiate<const asio::use_awaitable_t<>, void(T)>(
        std::move(initiate), asio::use_awaitable, std::move(task));
    T outcome = co_await std::move(answered);
    co_return outcome;
  }

  /// Tasks that wait for their answer.
  std::size_t under_way() const { return under_way_.load(std::memory_order_relaxed); }
  /// Lets the thread end when nothing is left to do, and waits for that. Idempotent.
  void finish();

 private:
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(context_);
  std::atomic<std::size_t> under_way_{0};
  std::thread thread_;
};

}  // namespace ff::postgres
