#include "http/server.h"

#include <pthread.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "http/connection.h"
#include "http/wire.h"
#include "telemetry/log.h"

namespace ff::http {
namespace {

using asio::ip::tcp;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using Acceptor = asio::basic_socket_acceptor<tcp, asio::io_context::executor_type>;

/// sched_setattr(2)'s, which glibc 2.36 does not declare.
struct SchedulingAttributes {
  std::uint32_t size = sizeof(SchedulingAttributes);
  std::uint32_t policy = 0;
  std::uint64_t flags = 0x08;  // SCHED_FLAG_KEEP_POLICY
  std::int32_t nice = 0;
  std::uint32_t priority = 0;
  std::uint64_t slice_ns = 0;
  std::uint64_t deadline = 0;
  std::uint64_t period = 0;
};

/// The shortest turn on a processor that can be asked for. Who asks for shorter ones than whoever runs gets
/// the processor as soon as there is something to do (Linux 6.12 and later; before, this asks for nothing): a
/// request does not wait for the end of the reader of changes' turn, which is 3 ms. Shares stay as they are.
void take_short_turns() {
  constexpr std::uint64_t kShortestNs = 100'000;
  const SchedulingAttributes attributes{.nice = ::getpriority(PRIO_PROCESS, 0), .slice_ns = kShortestNs};
  (void)::syscall(SYS_sched_setattr, 0, &attributes, 0U);
}

/// Out of descriptors, say: trying again at once would spin.
constexpr milliseconds kAcceptPause{100};
/// Then those that are connected have their turn: these take some 5 ms. In a rush whoever was refused comes
/// back, 6,000 a second where 2,200 arrive; with 64 they outran us and stood in the kernel's queue, whose
/// wait no shedder sees (p99 of a first page 228 ms, now 38; ./ff bench spike at 10x).
constexpr int kAcceptsAtOnce = 512;

/// How often deadlines are looked at: fine enough that the shortest is met within a quarter of its length.
milliseconds sweep_interval(const Limits& limits) {
  const milliseconds shortest =
      std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout, limits.write_timeout,
                limits.linger_timeout, limits.drain_first_byte_timeout});
  return std::clamp(shortest / 4, milliseconds(5), milliseconds(250));
}

Error cannot_listen(const std::string& address, std::uint16_t port, const error_code& error) {
  const bool taken = error == boost::asio::error::address_in_use;
  std::string line = fmt::format("cannot listen on {}:{}: ", address, port);
  line += taken ? "the port is in use by another program; stop it or choose another port" : error.message();
  return {taken ? ErrorCode::kConflict : ErrorCode::kUnavailable, std::move(line), {}};
}

}  // namespace

Result<asio::ip::address> listen_address(const std::string& name) {
  error_code error;
  const auto address = asio::ip::make_address(name == "localhost" ? "127.0.0.1" : name, error);
  if (error) return invalid("listen", "'" + name + "' is not an address to listen on");
  return address;
}

struct Server::Shared {
  Shared(const Router& the_router, Limits the_limits, ServerOptions the_options, const Clock& the_clock,
         telemetry::Registry& registry)
      : router(the_router),
        limits(the_limits),
        options(std::move(the_options)),
        clock(the_clock),
        metrics(registry, options.name, router) {
    options.threads = std::max(options.threads, 1u);
    metrics.connections_max->set(static_cast<std::int64_t>(limits.connections_max));
  }

  void connection_ended() {
    const bool last = open.fetch_sub(1) == 1;
    if (last && closing.load()) notify();
  }
  void notify() {
    { const std::scoped_lock lock(mutex); }  // so that a waiter that has just looked is waiting by now
    changed.notify_all();
  }

  const Router& router;
  const Limits limits;
  ServerOptions options;
  TrustedProxies proxies;
  const Clock& clock;
  ServerMetrics metrics;
  std::uint16_t port = 0;
  std::atomic<bool> closing{false};
  std::atomic<std::size_t> open{0};
  std::atomic<unsigned> accepting{0};  // threads that still do
  std::mutex mutex;                    // only for `changed`
  std::condition_variable changed;
};

class Server::Worker {
 public:
  Worker(Shared& shared, unsigned index, std::uint64_t seed)
      : shared_(shared),
        index_(index),
        lane_(shared.options.name, shared.router, shared.limits, shared.options.security, shared.proxies,
              shared.clock, shared.metrics, shared.closing, seed),
        work_(context_.get_executor()) {
    lane_.on_connection_end = [&shared] { shared.connection_ended(); };
    if (shared.options.gate) lane_.gate = shared.options.gate(index);
    lane_.tracer = shared.options.tracer;
    lane_.traces_believed = shared.options.traces_believed;
    poller_.start(context_);
    connections_max_ = std::max<std::size_t>(1, shared.limits.connections_max / shared.options.threads);
  }

  /// The thread has ended.
  ~Worker() {
    poller_.stop();
    for (std::list<Connection*>* const list : {&lane_.idle, &lane_.busy}) {
      for (auto at = list->begin(); at != list->end();) {
        Connection* const connection = *at++;  // it leaves the list
        if (connection->waits()) connection->abandon();
      }
    }
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  asio::io_context& context() { return context_; }

  error_code listen(const tcp::endpoint& endpoint) {
    error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (error) return error;
    acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    // What the listening socket has, accepted ones inherit (Linux): no call per connection.
    acceptor_.set_option(tcp::no_delay(true), error);
    if (endpoint.address().is_v6()) acceptor_.set_option(asio::ip::v6_only(false), error);
    const int on = 1;
    if (::setsockopt(acceptor_.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0) {
      return {errno, boost::system::system_category()};
    }
    acceptor_.bind(endpoint, error);
    if (!error) acceptor_.non_blocking(true, error);
    if (!error) acceptor_.listen(shared_.options.backlog, error);
    return error;
  }
  std::uint16_t port() const {
    error_code ignored;
    return acceptor_.local_endpoint(ignored).port();
  }
  void close() {
    error_code ignored;
    acceptor_.close(ignored);
  }

  void start() {
    accept_next();
    sweep_later();
    thread_ = std::thread([this] {
      const std::string name = fmt::format("{}-{}", shared_.options.name, index_);
      take_short_turns();
      ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());  // all that the kernel takes
      // As run() does it, but that the poller hears when there was nothing left to do: what it is told next
      // has not waited.
      while (!context_.stopped()) {
        if (context_.poll() > 0) continue;
        poller_.rest();
        context_.run_one();
      }
    });
  }

  /// On the worker's thread.
  void stop_accepting() {
    if (lane_.draining) return;
    lane_.draining = true;
    error_code error;
    acceptor_.cancel(error);
    // Closing the socket would reset what has queued on it: those clients believe they are connected.
    while (accept_one() == 0) {
    }
    acceptor_.close(error);
    for (Connection* connection : lane_.idle)
      connection->end_idle(true);
    for (Connection* connection : lane_.busy)
      connection->shorten_first_wait();
    shared_.accepting.fetch_sub(1);
    shared_.notify();
  }

  void stop() {
    work_.reset();
    context_.stop();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void accept_next() {
    acceptor_.async_wait(Acceptor::wait_read, [this](const error_code& stopped) {
      if (stopped || lane_.draining) return;
      int failure = 0;
      for (int accepted = 0; accepted < kAcceptsAtOnce && failure == 0; ++accepted)
        failure = accept_one();
      if (failure == 0 || failure == EAGAIN || failure == EWOULDBLOCK) {
        accept_next();
      } else {
        pause_accepting({failure, boost::system::system_category()});
      }
    });
  }

  /// 0, or why there is none.
  int accept_one() {
    for (;;) {
      tcp::endpoint peer;
      auto size = static_cast<socklen_t>(peer.capacity());
      const int socket =
          ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (socket < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
      if (socket < 0) return errno;
      peer.resize(size);
      admit(socket, peer);
      return 0;
    }
  }

  void pause_accepting(const error_code& error) {
    shared_.metrics.accept_errors->add();
    log::warning("http", "cannot accept", {{"server", lane_.server}, {"error", error.message()}});
    if (!lane_.idle.empty()) lane_.idle.front()->end_idle(false);
    pause_.expires_after(kAcceptPause);
    pause_.async_wait([this](const error_code& stopped) {
      if (!stopped && !lane_.draining) accept_next();
    });
  }

  void admit(int socket, const tcp::endpoint& peer) {
    if (lane_.idle.size() + lane_.busy.size() >= connections_max_) {
      if (lane_.idle.empty()) {
        reject(socket);
        return;
      }
      shared_.metrics.evicted->add();
      evict_oldest();
    }
    shared_.open.fetch_add(1);
    auto connection = std::make_unique<Connection>(lane_, poller_, context_, socket, peer);
    asio::co_spawn(context_, Connection::run(std::move(connection)), asio::detached);
  }

  /// It leaves the list when its wait ends, soon; till then it must not be chosen again.
  void evict_oldest() {
    Connection* const oldest = lane_.idle.front();
    lane_.idle.splice(lane_.idle.end(), lane_.idle, lane_.idle.begin());
    oldest->end_idle(false);
  }

  /// Too many to even read from: one short answer, no lingering. Whoever hasn't sent yet gets to see it.
  void reject(int socket) {
    shared_.metrics.rejected->add();
    Response response = Response::text(503, "Too many connections. Try again shortly.\n");
    response.header("Retry-After", "1");
    std::string bytes;
    append_head(bytes, response, lane_.date(shared_.clock.now()), lane_.security);
    bytes += "Connection: close\r\n\r\n" + response.body;
    [[maybe_unused]] const ssize_t ignored_result =
        ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    ::shutdown(socket, SHUT_WR);
    ::close(socket);
  }

  void sweep_later() {
    sweep_.expires_after(sweep_interval(shared_.limits));
    sweep_.async_wait([this](const error_code& stopped) {
      if (stopped) return;
      const auto now = steady_clock::now();
      shared_.metrics.loop_lag->observe(std::chrono::duration<double>(now - sweep_.expiry()).count());
      if (lane_.gate) lane_.gate->tick(now);
      for (Connection* connection : lane_.idle)
        connection->check_deadline(now);
      for (Connection* connection : lane_.busy)
        connection->check_deadline(now);
      sweep_later();
    });
  }

  Shared& shared_;
  const unsigned index_;
  // Destroyed in reverse: the context ends the connections whose handlers wait in it, and they leave poller
  // and lane.
  Lane lane_;
  Poller poller_;
  std::size_t connections_max_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  Acceptor acceptor_{context_};
  asio::steady_timer sweep_{context_};
  asio::steady_timer pause_{context_};
  std::thread thread_;
};

Server::Server(const Router& router, Limits limits, ServerOptions options, const Clock& clock,
               telemetry::Registry& registry)
    : shared_(std::make_unique<Shared>(router, limits, std::move(options), clock, registry)) {
  SecureRandom random;
  for (unsigned i = 0; i < shared_->options.threads; ++i) {
    workers_.push_back(std::make_unique<Worker>(*shared_, i, random.next()));
  }
}

Server::~Server() { join(); }

Result<void> can_listen(const std::string& name, std::uint16_t port) {
  const auto address = listen_address(name);
  if (!address) return tl::unexpected(address.error());
  const tcp::endpoint endpoint(*address, port);
  asio::io_context context;
  tcp::acceptor probe(context);
  error_code error;
  probe.open(endpoint.protocol(), error);
  if (!error) probe.set_option(asio::socket_base::reuse_address(true), error);
  if (!error && address->is_v6()) probe.set_option(asio::ip::v6_only(false), error);
  if (!error) probe.bind(endpoint, error);
  if (error) return tl::unexpected(cannot_listen(name, port, error));
  return {};
}

Result<void> Server::listen() {
  const ServerOptions& options = shared_->options;
  Result<TrustedProxies> proxies = TrustedProxies::parse(options.trusted_proxies);
  if (!proxies) return tl::unexpected(proxies.error());
  shared_->proxies = std::move(*proxies);

  // Sockets that share a port by SO_REUSEPORT would also share it with another process of this user, which is
  // a mistake that would go unseen: one bind without sharing finds it.
  if (auto free = can_listen(options.address, options.port); !free) return free;
  tcp::endpoint endpoint(*listen_address(options.address), options.port);
  for (const auto& worker : workers_) {
    if (const error_code failed = worker->listen(endpoint); failed) {
      for (const auto& opened : workers_)
        opened->close();
      return tl::unexpected(cannot_listen(options.address, options.port, failed));
    }
    endpoint.port(worker->port());
  }
  shared_->port = endpoint.port();
  shared_->accepting = options.threads;
  log::info("http", "listening",
            {{"server", options.name}, {"address", fmt::format("{}:{}", options.address, shared_->port)}});
  return {};
}

void Server::start() {
  for (const auto& worker : workers_)
    worker->start();
}

std::uint16_t Server::port() const { return shared_->port; }

unsigned Server::threads() const { return shared_->options.threads; }

asio::any_io_executor Server::executor(unsigned i) const { return workers_[i]->context().get_executor(); }

void Server::close_after_answers() { shared_->closing.store(true); }

void Server::stop_accepting() {
  close_after_answers();
  for (const auto& worker : workers_) {
    asio::post(worker->context(), [w = worker.get()] { w->stop_accepting(); });
  }
}

bool Server::drain(milliseconds grace) {
  stop_accepting();
  std::unique_lock lock(shared_->mutex);
  return shared_->changed.wait_for(lock, grace,
                                   [this] { return shared_->accepting == 0 && shared_->open == 0; });
}

void Server::join() {
  for (const auto& worker : workers_)
    worker->stop();
}

std::size_t Server::open_connections() const { return shared_->open.load(); }

}  // namespace ff::http
