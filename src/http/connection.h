// One client's connection: reads requests, has them answered, writes the answers in order.
//
// Invariant: what a client can make it hold is bounded and small: while it waits for a request, nothing;
// in a request, the unfinished head (Limits::header_bytes_max) or the body (its route's bound), and what came
// in the same read behind it (at most Lane::kScratchBytes); while an answer is read slowly, that answer and
// those gathered with it, and no further request is read meanwhile. Every wait for the client has a deadline;
// a wait for a handler has none here (Request::deadline is its own).
//
// The quick path: bytes come into the lane's scratch buffer, are parsed where they lie, answered by immediate
// handlers, and all answers leave in one sendmsg: two system calls and the lane's share of one epoll_wait.
#pragma once

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/async.h"
#include "http/body_decoder.h"
#include "http/lane.h"
#include "http/parser.h"
#include "http/poller.h"
#include "http/resumption.h"

namespace ff::http {

class Connection final : private Poller::Source {
 public:
  /// Owns the socket, which does not block. Lists itself in the lane, until it is destroyed.
  Connection(Lane& lane, Poller& poller, asio::io_context& context, int socket,
             const asio::ip::tcp::endpoint& peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// Runs until the connection has ended. Spawn it on the lane's thread.
  static Task<void> run(std::unique_ptr<Connection> connection);

  /// Ends a wait whose deadline has passed.
  void check_deadline(Lane::SteadyTime now);
  /// Ends the wait for a next request; what has already arrived is still answered if `answer_arrived`.
  void end_idle(bool answer_arrived);
  /// The lane began to drain: a connection that never sent anything gets little time.
  void shorten_first_wait();
  /// Waits for the client, and not for a handler.
  bool waits() const { return static_cast<bool>(resume_); }
  /// Ends one that waits() where it stands: for when the thread is gone. Destroys it.
  void abandon();

 private:
  using Seconds = std::chrono::duration<double>;
  enum class Next { kRead, kFlush, kHandle, kClose };
  enum class Waiting { kNothing, kFirstByte, kIdle, kHead, kBody, kWrite, kLinger };
  enum class Woken { kReady, kExpired };

  Task<void> serve();
  void ready(std::uint32_t events) override;
  Task<void> suspend();
  Task<void> give_way();
  Task<Woken> wait(Waiting why, Lane::SteadyTime until);
  void begin_wait(Waiting why, Lane::SteadyTime until);
  Woken end_wait();
  void begin_head_wait();

  std::string_view receive();
  Next process(std::string_view input);
  Next answer_one(std::string_view input, const Framing& framing);
  std::optional<Next> turn_away(std::string_view input, Priority priority, bool close);
  void keep(std::string_view rest);
  void set_aside(std::string_view input);
  Task<bool> deliver_rest(Outbox rest);
  Task<Fault> read_body();
  Task<Response> handle();
  Task<void> linger();

  void begin_request();
  void identify_client();
  Response guarded(const ImmediateHandler& handler) const;
  Response error_response(int status) const;
  Response handler_threw(std::string_view what) const;
  void refuse(Fault fault);
  void respond(Response response, bool close);
  int put_finished(const std::shared_ptr<const FinishedBytes>& finished, bool close);
  int put_built(Response& response, bool close);
  void put_connection_fields(bool close);
  void account(int status, std::size_t bytes);
  void record(int status, std::size_t bytes, Duration took) const;

  Lane& lane_;
  Poller& poller_;
  asio::io_context& context_;
  const int socket_;
  // What the socket may have for us, as last heard of: see Poller.
  bool readable_ = false;
  bool writable_ = true;
  bool ending_ = false;  // the client has sent all it will, or the connection broke
  Resumption resume_;    // while it waits
  asio::ip::address peer_;
  std::string peer_text_;
  bool peer_trusted_;
  std::list<Connection*>::iterator place_;  // in lane_.idle or lane_.busy
  bool listed_idle_ = false;

  Waiting waiting_ = Waiting::kNothing;
  Lane::SteadyTime expires_at_;
  Lane::SteadyTime head_began_;
  bool expired_ = false;
  bool gone_ = false;    // the socket failed or the client left
  bool served_ = false;  // answered at least one request
  bool answer_arrived_ = true;

  std::string in_;  // bytes read and not used: an unfinished head, or requests behind the one being handled
  HeadParser parser_;
  std::unique_ptr<Request> request_;  // while one is being parsed or answered
  std::string head_;                  // what request_ refers to while a handler waits
  Framing framing_;
  std::size_t used_bytes_ = 0;  // of the input, by the request that was just answered
  const Route* route_ = nullptr;
  Lane::SteadyTime arrived_;      // the last read, or the last answer: from when the next request is counted
  Lane::SteadyTime ready_since_;  // the earliest at which the last read could have been made
  Lane::SteadyTime received_;     // the request that is being answered
};

}  // namespace ff::http
