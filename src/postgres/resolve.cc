#include "postgres/resolve.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <mutex>
#include <thread>

namespace ff::postgres {

namespace {

/// Shared by the thread that looks up and who waits for it, who may be gone by then.
struct Lookup {
  explicit Lookup(std::string name_in) : name(std::move(name_in)) {}
  Lookup(const Lookup&) = delete;
  ~Lookup() {
    if (done >= 0) ::close(done);
  }

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
    }
    if (failed == 0) ::freeaddrinfo(listed);
    ::eventfd_write(done, 1);
  }

  const std::string name;
  const int done = ::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  std::mutex mutex;
  std::vector<std::string> addresses;
  std::string error;
};

/// What a deadline tells the wait that it cuts short. Shared with the timer's handler, which may run late.
struct Alarm {
  asio::posix::stream_descriptor* waiting = nullptr;
};

Task<void> wait_for(asio::any_io_executor executor, int descriptor, Duration at_most) {
  asio::posix::stream_descriptor done(executor, ::dup(descriptor));
  asio::steady_timer timer(executor, at_most);
  const auto alarm = std::make_shared<Alarm>();
  alarm->waiting = &done;
  timer.async_wait([alarm](boost::system::error_code) {
    boost::system::error_code ignored;
    if (alarm->waiting) alarm->waiting->cancel(ignored);
  });
  boost::system::error_code ignored;
  co_await done.async_wait(asio::posix::stream_descriptor::wait_read,
                           asio::redirect_error(asio::use_awaitable, ignored));
  alarm->waiting = nullptr;
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
  const auto lookup = std::make_shared<Lookup>(name);
  if (lookup->done < 0) co_return tl::unexpected(not_found("no descriptor is left to look " + name + " up"));
  std::thread([lookup] {
    pthread_setname_np(pthread_self(), "ff-resolve");
    lookup->run();
  }).detach();
  co_await wait_for(executor, lookup->done, at_most);
  const std::lock_guard lock(lookup->mutex);
  if (!lookup->error.empty()) co_return tl::unexpected(not_found(name + ": " + lookup->error));
  if (lookup->addresses.empty()) {
    co_return tl::unexpected(not_found(
        fmt::format("{}: no answer from the name server within {} ms", name, at_most.count() / 1000)));
  }
  co_return lookup->addresses;
}

}  // namespace ff::postgres
