// What an asynchronous port returns, and how a value gets from one thread to a coroutine on another.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <span>
#include <vector>

#include "base/result.h"

namespace ff {

namespace asio = boost::asio;

/// A coroutine. It resumes on the executor that it was spawned on, whoever completes what it awaits.
template <typename T>
using Task = asio::awaitable<T>;

/// The shape of every store port's method: one outcome per input, in input order; or one Error when the
/// whole batch failed and nothing of it was written (kUnavailable, kInternal) or may have been (kUnknown).
/// The span's memory must stay alive until the task completes.
template <typename T>
using BatchTask = asio::awaitable<Result<std::vector<T>>>;

}  // namespace ff
