#include "http/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <exception>
#include <utility>

#include "base/text.h"
#include "http/failure_log.h"
#include "http/wire.h"
#include "telemetry/log.h"

namespace ff::http {
namespace {

using std::chrono::steady_clock;

/// Text of answers that is gathered before it is written even if more requests are waiting.
constexpr std::size_t kGatheredBytesMax = 256 * 1024;
constexpr Lane::SteadyTime kNever = Lane::SteadyTime::max();

std::string plain_text(const asio::ip::tcp::endpoint& peer) {
  return plain_address(peer.address()).to_string();
}

/// Our own failures are errors. 501 and 505 are not: a client asked for a method or a version that we don't
/// speak, and log_refusal() tells of it. Nor is 503: it is answered on purpose, perhaps by thousands, and
/// whoever decided it says why.
log::Level level_of(int status) {
  const bool failed = status >= 500 && status != 501 && status != 503 && status != 505;
  return failed ? log::Level::kError : log::Level::kDebug;
}

/// Where a target leads that has a slash too many at its end. Empty for one that could name another host.
std::string without_last_slash(std::string_view target) {
  if (!target.starts_with('/') || target.starts_with("//")) return {};
  const std::size_t path_end = std::min(target.find('?'), target.size());
  std::string_view path = target.substr(0, path_end);
  while (path.ends_with('/'))
    path.remove_suffix(1);
  return std::string(path).append(target.substr(path_end));
}

}  // namespace

Connection::Connection(Lane& lane, Poller& poller, asio::io_context& context, int socket,
                       const asio::ip::tcp::endpoint& peer)
    : lane_(lane),
      poller_(poller),
      context_(context),
      socket_(socket),
      peer_(plain_address(peer.address())),
      peer_text_(plain_text(peer)),
      peer_trusted_(lane.proxies.trusts(peer_)),
      place_(lane.busy.insert(lane.busy.end(), this)),
      expires_at_(kNever),
      parser_(lane.limits) {
  lane_.metrics.accepted->add();
  lane_.metrics.open->add(1);
  gone_ = !poller_.add(socket_, *this);
}

Connection::~Connection() {
  (listed_idle_ ? lane_.idle : lane_.busy).erase(place_);
  lane_.give_back(std::move(request_));
  lane_.metrics.open->add(-1);
  poller_.remove(*this);
  ::close(socket_);
  if (lane_.on_connection_end) lane_.on_connection_end();
}

Task<void> Connection::run(std::unique_ptr<Connection> connection) {
  try {
    co_await connection->serve();
  } catch (const std::exception& thrown) {
    // Nothing here throws but for want of memory: this client is lost, the others are not.
    connection->lane_.out.clear();
    log::error("http", "connection failed", {{"what", thrown.what()}});
  }
}

// ---- waiting -----------------------------------------------------------------------------------------

void Connection::begin_wait(Waiting why, Lane::SteadyTime until) {
  waiting_ = why;
  expires_at_ = until;
  expired_ = false;
}

Connection::Woken Connection::end_wait() {
  waiting_ = Waiting::kNothing;
  expires_at_ = kNever;
  return expired_ ? Woken::kExpired : Woken::kReady;
}

void Connection::ready(std::uint32_t events) {
  constexpr std::uint32_t kEnd = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  readable_ = readable_ || (events & (EPOLLIN | kEnd)) != 0;
  writable_ = writable_ || (events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0;
  ending_ = ending_ || (events & kEnd) != 0;
  const bool awaited = waiting_ == Waiting::kWrite ? writable_ : readable_;
  if (resume_ && awaited) resume_();
}

/// Until the socket is ready for what waiting_ says, or the deadline has passed.
Task<void> Connection::suspend() {
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(
      [this](auto handler) { resume_.hold(std::move(handler)); }, asio::use_awaitable);
}

Task<Connection::Woken> Connection::wait(Waiting why, Lane::SteadyTime until) {
  begin_wait(why, until);
  const bool at_once = why == Waiting::kWrite ? writable_ : readable_;
  if (!at_once) co_await suspend();
  co_return end_wait();
}

/// Others of this thread have their turn.
Task<void> Connection::give_way() { co_await asio::post(context_, asio::use_awaitable); }

void Connection::abandon() { const Resumption dropped = std::move(resume_); }

void Connection::check_deadline(Lane::SteadyTime now) {
  if (now < expires_at_) return;
  expires_at_ = kNever;
  expired_ = true;
  // Posted: it may end this connection, and whoever calls goes through the lane's list.
  if (resume_) asio::post(context_, [resume = std::move(resume_)]() mutable { resume(); });
}

void Connection::end_idle(bool answer_arrived) {
  if (waiting_ != Waiting::kIdle) return;
  answer_arrived_ = answer_arrived;
  check_deadline(kNever);
}

void Connection::shorten_first_wait() {
  if (waiting_ != Waiting::kFirstByte) return;
  expires_at_ = std::min(expires_at_, steady_clock::now() + lane_.limits.drain_first_byte_timeout);
}

/// Waits for the first or the next bytes of a request, and moves between the lane's lists.
void Connection::begin_head_wait() {
  const Limits& limits = lane_.limits;
  if (!in_.empty()) {
    begin_wait(Waiting::kHead, head_began_ + limits.header_timeout);
    return;
  }
  if (!served_) {
    const auto timeout = lane_.draining ? limits.drain_first_byte_timeout : limits.header_timeout;
    begin_wait(Waiting::kFirstByte, steady_clock::now() + timeout);
    return;
  }
  begin_wait(Waiting::kIdle, arrived_ + limits.idle_timeout);
  if (!listed_idle_) lane_.idle.splice(lane_.idle.end(), lane_.busy, place_);
  listed_idle_ = true;
}

// ---- the loop ----------------------------------------------------------------------------------------

Task<void> Connection::serve() {
  for (;;) {
    if (gone_) co_return;
    if (readable_ && served_) co_await give_way();  // it sends faster than it can be answered
    begin_head_wait();
    if (!readable_) co_await suspend();
    const Waiting waited = waiting_;
    const Woken woken = end_wait();
    if (listed_idle_) lane_.busy.splice(lane_.busy.end(), lane_.idle, place_);
    listed_idle_ = false;

    Next next = Next::kRead;
    if (woken == Woken::kExpired && waited == Waiting::kHead) {
      request_ = lane_.take_request();
      begin_request();
      refuse(Fault::kHeaderTimeout);
      next = Next::kClose;
    } else {
      if (woken == Woken::kExpired && !answer_arrived_) co_return;
      const std::string_view input = receive();
      if (gone_) co_return;
      // Nothing there: a deadline has passed, or the wait was woken for nothing.
      if (input.empty() && woken == Woken::kExpired) co_return;
      if (input.empty()) continue;
      next = process(input);
    }
    for (;;) {
      const Outbox::Sent sent = lane_.out.send(socket_);
      if (sent == Outbox::Sent::kBroken) {
        lane_.out.clear();
        co_return;
      }
      if (sent == Outbox::Sent::kWouldBlock) {
        Outbox rest = std::exchange(lane_.out, Outbox());
        const bool delivered = co_await deliver_rest(std::move(rest));
        if (!delivered) co_return;
      }
      if (next == Next::kRead) break;
      if (next == Next::kClose) {
        co_await linger();
        co_return;
      }
      if (next == Next::kFlush) co_await give_way();
      if (next == Next::kHandle) {
        Fault fault = Fault::kNone;
        if (framing_.has_body()) fault = co_await read_body();
        if (gone_) co_return;
        if (fault != Fault::kNone) {
          refuse(fault);
          next = Next::kClose;
          continue;
        }
        Response response = co_await handle();
        const bool close = !framing_.keep_alive || lane_.closing.load(std::memory_order_relaxed);
        respond(std::move(response), close);
        if (close) {
          next = Next::kClose;
          continue;
        }
      }
      arrived_ = head_began_ = ready_since_ =
          steady_clock::now();  // of what waited behind: its clock starts now
      next = process(in_);
    }
  }
}

/// One non-blocking read. Returns all bytes that are waiting to be used, in scratch or in in_; empty if there
/// was nothing to read, or with gone_ set.
std::string_view Connection::receive() {
  for (;;) {
    const ssize_t got = ::recv(socket_, lane_.scratch.get(), Lane::kScratchBytes, MSG_DONTWAIT);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      readable_ = false;
      return {};
    }
    if (got <= 0) {
      gone_ = true;
      return {};
    }
    const std::string_view fresh(lane_.scratch.get(), static_cast<std::size_t>(got));
    // Came up short: the next bytes make an edge of their own. The end may have come with these.
    if (fresh.size() < Lane::kScratchBytes && !ending_) readable_ = false;
    lane_.metrics.received_bytes->add(fresh.size());
    arrived_ = steady_clock::now();
    ready_since_ = poller_.busy_since(arrived_);
    if (in_.empty()) {
      head_began_ = arrived_;
      return fresh;
    }
    in_ += fresh;
    return in_;
  }
}

/// Answers what can be answered at once. `input` is in scratch or the whole of in_.
Connection::Next Connection::process(std::string_view input) {
  for (std::size_t answered = 0; !input.empty(); ++answered) {
    if (answered == lane_.limits.pipelined_requests_max || lane_.out.bytes() > kGatheredBytesMax) {
      keep(input);
      return Next::kFlush;
    }
    if (!request_) request_ = lane_.take_request();
    const HeadParser::Step step = parser_.parse(input, *request_);
    if (step == HeadParser::Step::kNeedMore) break;
    begin_request();
    if (step == HeadParser::Step::kRefused) {
      refuse(parser_.fault());
      return Next::kClose;
    }
    const Framing framing = parser_.framing();
    parser_.reset();
    const Next next = answer_one(input, framing);
    if (next != Next::kRead) return next;
    input.remove_prefix(used_bytes_);
    head_began_ = arrived_;
  }
  keep(input);
  lane_.give_back(std::move(request_));
  return Next::kRead;
}

/// kRead: answered, and the connection goes on. kHandle: the request was set aside for handle().
Connection::Next Connection::answer_one(std::string_view input, const Framing& framing) {
  framing_ = framing;
  used_bytes_ = framing.head_bytes;
  Router::Match match = lane_.router.match(*request_);
  route_ = match.route;
  // A body that nobody will read can't be skipped cheaply: the connection ends with the answer.
  const bool close =
      !framing.keep_alive || framing.has_body() || lane_.closing.load(std::memory_order_relaxed);

  if (framing.https_target && !request_->secure) {
    route_ = nullptr;
    refuse(Fault::kMisdirected);
    return Next::kClose;
  }
  const Priority priority = route_ == nullptr ? Priority::kBrowse : route_->priority;
  if (const std::optional<Next> away = turn_away(input, priority, close)) return *away;
  if (route_ == nullptr) {
    const bool any = request_->method == Method::kOptions && request_->path == "*";
    Response response;
    if (any || (request_->method == Method::kOptions && !match.allow.empty())) {
      response.status = 204;
      if (any) match.allow = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";
    } else if (std::string to = match.slash_too_many ? without_last_slash(request_->target) : std::string();
               !to.empty()) {
      response.status = 308;
      response.header("Location", std::move(to));
      response.header("Cache-Control", "public, max-age=3600");  // else a browser keeps it for ever
    } else {
      response = error_response(match.allow.empty() ? 404 : 405);
    }
    if (!match.allow.empty()) response.header("Allow", std::move(match.allow));
    respond(std::move(response), close);
    return close ? Next::kClose : Next::kRead;
  }
  const bool too_large =
      framing.content_length > route_->body_bytes_max || (framing.chunked && route_->body_bytes_max == 0);
  if (too_large) {
    refuse(Fault::kBodyTooLarge);
    return Next::kClose;
  }
  if (route_->immediate) {
    respond(guarded(route_->immediate), close);
    return close ? Next::kClose : Next::kRead;
  }
  set_aside(input);
  return Next::kHandle;
}

/// What follows when the gate refuses the request. A body that has come with the head is skipped, and the
/// connection goes on: under load a new one would cost more than the refusal.
std::optional<Connection::Next> Connection::turn_away(std::string_view input, Priority priority, bool close) {
  if (!lane_.gate) return std::nullopt;
  const auto waited = std::chrono::duration_cast<Duration>(arrived_ - ready_since_);
  const auto refusal = lane_.gate->refusal(*request_, priority, waited, arrived_);
  if (!refusal) return std::nullopt;
  const bool whole = !framing_.chunked && framing_.content_length <= input.size() - framing_.head_bytes;
  if (framing_.has_body() && whole) {
    used_bytes_ += framing_.content_length;
    close = !framing_.keep_alive || lane_.closing.load(std::memory_order_relaxed);
  }
  Response response;
  response.finished = refusal;
  respond(std::move(response), close);
  return close ? Next::kClose : Next::kRead;
}

/// Leaves `rest`, a tail of in_ or of scratch, in in_; with nothing left, in_ gives its memory back.
void Connection::keep(std::string_view rest) {
  const bool own = !in_.empty() && rest.data() >= in_.data() && rest.data() <= in_.data() + in_.size();
  if (rest.empty()) {
    std::string().swap(in_);
  } else if (own) {
    in_.erase(0, in_.size() - rest.size());
  } else {
    in_.assign(rest);
  }
}

/// The head moves to memory of its own, since scratch and in_ change while the handler waits.
void Connection::set_aside(std::string_view input) {
  head_.assign(input.substr(0, framing_.head_bytes));
  rebase(*request_, input.data(), head_.data());
  keep(input.substr(framing_.head_bytes));
}

Task<bool> Connection::deliver_rest(Outbox rest) {
  const auto allowance = std::chrono::seconds(rest.bytes() / lane_.limits.write_bytes_per_second_min);
  const auto until = steady_clock::now() + lane_.limits.write_timeout + allowance;
  for (;;) {
    writable_ = false;  // it said so
    const Woken woken = co_await wait(Waiting::kWrite, until);
    if (woken == Woken::kExpired) {
      lane_.metrics.write_timeouts->add();
      co_return false;
    }
    const Outbox::Sent sent = rest.send(socket_);
    if (sent == Outbox::Sent::kAll) co_return true;
    if (sent == Outbox::Sent::kBroken) co_return false;
  }
}

/// Into request_->body. A fault is for refuse(); gone_ means that nobody is left to tell.
Task<Fault> Connection::read_body() {
  const auto until = steady_clock::now() + lane_.limits.body_timeout;
  BodyDecoder decoder(framing_, route_->body_bytes_max);
  if (framing_.expects_continue && in_.empty()) {
    lane_.out.put_text("HTTP/1.1 100 Continue\r\n\r\n");
    const Outbox::Sent sent = lane_.out.send(socket_);
    // 25 bytes that don't fit belong to a client that doesn't read: not worth waiting for.
    lane_.out.clear();
    gone_ = sent != Outbox::Sent::kAll;
    if (gone_) co_return Fault::kNone;
  }
  std::string_view input = in_;
  for (;;) {
    const BodyDecoder::Step step = decoder.feed(input, request_->body);
    if (step == BodyDecoder::Step::kRefused) co_return decoder.fault();
    keep(input);
    if (step == BodyDecoder::Step::kComplete) co_return Fault::kNone;
    do {
      const Woken woken = co_await wait(Waiting::kBody, until);
      if (woken == Woken::kExpired) co_return Fault::kBodyTimeout;
      input = receive();
      if (gone_) co_return Fault::kNone;
    } while (input.empty());
  }
}

Task<Response> Connection::handle() {
  Response response;
  std::string thrown;
  bool threw = false;
  lane_.metrics.in_flight->add(1);
  try {
    response = co_await route_->handler(*request_);
  } catch (const std::exception& exception) {
    threw = true;
    thrown = exception.what();
  } catch (...) {
    threw = true;
    thrown = "not a std::exception";
  }
  lane_.metrics.in_flight->add(-1);
  if (threw) response = handler_threw(thrown);
  co_return response;
}

/// Says that we are done and reads until the client is, so that no reset overtakes the last answer.
Task<void> Connection::linger() {
  ::shutdown(socket_, SHUT_WR);
  std::string().swap(in_);
  const auto until = steady_clock::now() + lane_.limits.linger_timeout;
  for (std::size_t dropped = 0; dropped < lane_.limits.linger_bytes_max;) {
    const Woken woken = co_await wait(Waiting::kLinger, until);
    if (woken != Woken::kReady) co_return;
    dropped += receive().size();
    if (gone_) co_return;
  }
}

// ---- requests ----------------------------------------------------------------------------------------

void Connection::begin_request() {
  Request& request = *request_;
  received_ = arrived_;
  request.route = {};
  request.params.clear();
  request.received_at = lane_.clock.now();
  request.deadline = request.received_at + lane_.limits.request_timeout;
  const bool believed = peer_trusted_ || lane_.traces_believed;
  request.rename(lane_.random, believed);
  if (lane_.tracer != nullptr)
    request.follow(lane_.tracer->begin(request.header("traceparent"), believed, lane_.random));
  request.watch(ending_);
  identify_client();
}

void Connection::identify_client() {
  Request& request = *request_;
  request.client = peer_;
  request.remote_address = peer_text_;
  request.secure = false;
  if (!peer_trusted_) return;
  std::string forwarded_for;  // fields of the same name are one list
  for (const auto& [name, value] : request.headers) {
    if (!iequals_ascii(name, "X-Forwarded-For")) continue;
    if (!forwarded_for.empty()) forwarded_for += ',';
    forwarded_for += value;
  }
  request.client = lane_.proxies.client(peer_, forwarded_for);
  request.remote_address = request.client.to_string();
  request.secure = iequals_ascii(request.header("X-Forwarded-Proto"), "https");
}

Response Connection::guarded(const ImmediateHandler& handler) const {
  try {
    return handler(*request_);
  } catch (const std::exception& exception) {
    return handler_threw(exception.what());
  } catch (...) {
    return handler_threw("not a std::exception");
  }
}

Response Connection::handler_threw(std::string_view what) const {
  lane_.metrics.exceptions->add();
  log::error("http", "handler threw",
             {{"request_id", request_->request_id()}, {"route", request_->route}, {"what", what}});
  return error_response(500);
}

Response Connection::error_response(int status) const {
  const std::string_view title = reason_phrase(status);
  // Without a path there is no telling which style it calls for.
  if (lane_.router.error_page() && !request_->path.empty()) {
    try {
      return lane_.router.error_page()(*request_, status, title);
    } catch (const std::exception& exception) {
      log::error("http", "error page threw", {{"what", exception.what()}});
    }
  }
  return Response::text(status, std::string(title) + "\n").header("Cache-Control", "no-store");
}

/// Answers a request that no handler sees. The connection ends after it: where the next request would start
/// is not known, or not worth finding out.
void Connection::refuse(Fault fault) {
  lane_.metrics.count_fault(fault);
  log_refusal(*request_, fault);
  respond(error_response(status_of(fault)), true);
}

// ---- answers -----------------------------------------------------------------------------------------

void Connection::respond(Response response, bool close) {
  const std::size_t before = lane_.out.bytes();
  const int status = response.finished ? put_finished(response.finished, close) : put_built(response, close);
  account(status, lane_.out.bytes() - before);
  served_ = true;
  route_ = nullptr;
  request_->body.clear();
}

/// What belongs to this connection rather than to the answer, and the empty line.
void Connection::put_connection_fields(bool close) {
  if (request_->secure) lane_.out.put_text(kStrictTransportSecurity);
  if (close) {
    lane_.out.put_text("Connection: close\r\n\r\n");
  } else if (framing_.version_1_0) {
    lane_.out.put_text("Connection: keep-alive\r\n\r\n");
  } else {
    lane_.out.put_text("\r\n");
  }
}

int Connection::put_finished(const std::shared_ptr<const FinishedBytes>& finished, bool close) {
  constexpr std::size_t kStatusAt = 9;  // "HTTP/1.1 200"
  const Request& request = *request_;
  const std::string& head = finished->head;
  int status = (head[kStatusAt] - '0') * 100 + (head[kStatusAt + 1] - '0') * 10 + (head[kStatusAt + 2] - '0');
  const bool reading = request.method == Method::kGet || request.method == Method::kHead;
  const Condition condition =
      reading && status == 200 ? judge_reading(request, finished->etag) : Condition::kHolds;
  if (condition == Condition::kFailed) {
    Response failed = error_response(412);
    return put_built(failed, close);
  }
  const bool unmodified = condition == Condition::kNotModified;
  const std::string& sent = unmodified ? finished->not_modified_head : head;
  char* const text = lane_.out.put_text(std::string_view(sent).substr(0, sent.size() - 2));
  std::memcpy(text + (unmodified ? finished->not_modified_date_offset : finished->date_offset),
              lane_.date(request.received_at).data(), kDateSize);
  put_connection_fields(close);
  if (unmodified) return 304;
  if (request.method != Method::kHead) lane_.out.put_body(finished);
  return status;
}

int Connection::put_built(Response& response, bool close) {
  const Request& request = *request_;
  const bool reading = request.method == Method::kGet || request.method == Method::kHead;
  if (reading && response.status == 200) {
    std::string_view etag;
    for (const auto& [name, value] : response.headers) {
      if (iequals_ascii(name, "ETag")) etag = value;
    }
    const Condition condition = judge_reading(request, etag);
    if (condition == Condition::kFailed) response = error_response(412);
    if (condition == Condition::kNotModified) {
      response.status = 304;
      response.content_type.clear();
    }
  }
  std::string head;
  append_head(head, response, lane_.date(request.received_at), lane_.security);
  head += "X-Request-Id: ";
  head += request.request_id();
  head += "\r\n";
  lane_.out.put_text(head);
  put_connection_fields(close);
  if (request.method != Method::kHead && status_has_body(response.status)) {
    lane_.out.put_body(std::move(response.body));
  }
  return response.status;
}

void Connection::account(int status, std::size_t bytes) {
  const Request& request = *request_;
  arrived_ = steady_clock::now();  // what follows in the same read waited for this
  const Seconds seconds = arrived_ - received_;
  lane_.metrics.sent_bytes->add(bytes);
  lane_.metrics.count_request(route_, lane_.router, status, seconds.count());
  if (lane_.tracer != nullptr && request.followed())
    record(status, bytes, std::chrono::duration_cast<Duration>(seconds));
  const log::Level level = level_of(status);
  if (!log::enabled(level)) return;
  // The route and not the path: the path of a cart holds the token that opens it.
  log::write(level, "http", "request",
             {{"request_id", request.request_id()},
              {"traceparent", request.trace().context().text()},
              {"server", lane_.server},
              {"method", to_string(request.method)},
              {"route", request.route.empty() ? std::string_view("none") : request.route},
              {"status", status},
              {"bytes", bytes},
              {"micros", std::llround(seconds.count() * 1e6)},
              {"client", request.remote_address}});
}

/// The span of a request that is traced, by the names of OpenTelemetry's conventions. The route and not the
/// path, here too.
void Connection::record(int status, std::size_t bytes, Duration took) const {
  constexpr int kOurFailure = 500;
  const Request& request = *request_;
  const std::string method(to_string(request.method));
  const std::string route(request.route.empty() ? std::string_view("none") : request.route);
  const Instant ended = lane_.clock.now();
  request.trace().end(telemetry::SpanKind::kServer, method + ' ' + route, ended - took, ended,
                      {{"http.request.method", method},
                       {"http.route", route},
                       {"http.response.status_code", status},
                       {"http.response.size", static_cast<std::int64_t>(bytes)},
                       {"ff.request_id", request.request_id()}},
                      status >= kOurFailure);
}

}  // namespace ff::http
