#include "postgres/resolve.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <memory>
#include <mutex>
#include <system_error>
#include <thread>

namespace ff::postgres {

namespace {

/// Those under way on the threads of one context. Threads outlive the context, so the count is shared.
class Lookups : public asio::execution_context::service {
 public:
  using key_type = Lookups;
  static inline asio::execution_context::id id;
  explicit Lookups(asio::execution_context& context) : service(context) {}
  void shutdown() override {}

  const std::shared_ptr<std::atomic<int>> in_flight = std::make_shared<std::atomic<int>>(0);
};

/// Shared by the thread that looks up and who waits for it, who may be gone by then.
struct Lookup {
  explicit Lookup(std::string name_in) : name(std::move(name_in)) {}

  void run() {
    addrinfo wanted{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    addrinfo* listed = nullptr;
    const int failed = ::getaddrinfo(name.c_str(), nullptr, &wanted, &listed);
    {
      const std::lock_guard lock(mutex);
      if (failed != 0) error = ::gai_strerror(failed);
      for (const addrinfo* one = failed == 0 ? listed : nullptr; one; one = one->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        const bool written = ::getnameinfo(one->ai_addr, one->ai_addrlen, text.data(), text.size(), nullptr,
                                           0, NI_NUMERICHOST) == 0;
        if (written && addresses.size() < kAddressesMax) addresses.emplace_back(text.data());
      }
      if (told >= 0) ::eventfd_write(told, 1);
    }
    if (failed == 0) ::freeaddrinfo(listed);
  }

  const std::string name;
  std::mutex mutex;
  int told = -1;  // the waiter's eventfd, while he waits
  std::vector<std::string> addresses;
  std::string error;
};

/// What a deadline tells the wait that it cuts short. Shared with the timer's handler, which may run late.
struct Alarm {
  asio::posix::stream_descriptor* waiting = nullptr;
};

/// Owns the descriptor that tells of the end of a look-up; the thread is told before it goes.
class Waiter {
 public:
  Waiter(const asio::any_io_executor& executor, std::shared_ptr<Lookup> lookup)
      : lookup_(std::move(lookup)), done_(executor) {}
  Waiter(const Waiter&) = delete;
  ~Waiter() {
    const std::lock_guard lock(lookup_->mutex);
    lookup_->told = -1;
  }

  boost::system::error_code open() {
    const int made = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (made < 0) return {errno, boost::system::system_category()};
    boost::system::error_code failed;
    done_.assign(made, failed);
    if (failed) {
      ::close(made);
      return failed;
    }
    const std::lock_guard lock(lookup_->mutex);
    lookup_->told = made;
    return {};
  }

  Task<void> wait(Duration at_most) {
    asio::steady_timer timer(done_.get_executor(), at_most);
    const auto alarm = std::make_shared<Alarm>();
    alarm->waiting = &done_;
    timer.async_wait([alarm](boost::system::error_code) {
      boost::system::error_code ignored;
      if (alarm->waiting) alarm->waiting->cancel(ignored);
    });
    boost::system::error_code ignored;
    co_await done_.async_wait(asio::posix::stream_descriptor::wait_read,
                              asio::redirect_error(asio::use_awaitable, ignored));
    alarm->waiting = nullptr;
  }

 private:
  const std::shared_ptr<Lookup> lookup_;
  asio::posix::stream_descriptor done_;
};

/// On a thread of its own, which nobody waits for.
boost::system::error_code start(const std::shared_ptr<Lookup>& lookup,
                                const std::shared_ptr<std::atomic<int>>& in_flight) {
  in_flight->fetch_add(1);
  try {
    std::thread([lookup, in_flight] {
      pthread_setname_np(pthread_self(), "ff-resolve");
      lookup->run();
      in_flight->fetch_sub(1);
    }).detach();
  } catch (const std::system_error& refused) {
    in_flight->fetch_sub(1);
    return refused.code();
  }
  return {};
}

Failure not_found(std::string message) {
  Failure failure;
  failure.message = std::move(message);
  failure.lost = true;
  return failure;
}

}  // namespace

bool is_name(const std::string& host) {
  if (host.empty() || host.front() == '/' || host.front() == '@') return false;
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, host.c_str(), address.data()) != 1 &&
         ::inet_pton(AF_INET6, host.c_str(), address.data()) != 1;
}

Task<Outcome<std::vector<std::string>>> resolve(asio::any_io_executor executor, std::string name,
                                                Duration at_most) {
  auto& lookups = asio::use_service<Lookups>(asio::query(executor, asio::execution::context));
  if (lookups.in_flight->load() >= kLookupsMax)
    co_return tl::unexpected(not_found(name + ": the name server has not answered earlier look-ups yet"));
  const auto lookup = std::make_shared<Lookup>(name);
  Waiter waiter(executor, lookup);
  auto failed = waiter.open();
  if (!failed) failed = start(lookup, lookups.in_flight);
  if (failed) co_return tl::unexpected(not_found(name + ": can't be looked up: " + failed.message()));
  co_await waiter.wait(at_most);
  const std::lock_guard lock(lookup->mutex);
  if (!lookup->error.empty()) co_return tl::unexpected(not_found(name + ": " + lookup->error));
  if (lookup->addresses.empty()) {
    co_return tl::unexpected(not_found(
        fmt::format("{}: no answer from the name server within {} ms", name, at_most.count() / 1000)));
  }
  co_return lookup->addresses;
}

}  // namespace ff::postgres
