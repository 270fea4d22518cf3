#include "http_client/curl_client.h"

#include <pthread.h>
#include <sys/socket.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "base/text.h"
#include "http_client/libcurl.h"

namespace ff::http_client {
namespace {

constexpr int kPollMsMax = 1000;
constexpr std::int64_t kRetryAfterSecondsMax = 24 * 3600;

long milliseconds(Duration duration) {
  return static_cast<long>(std::chrono::duration_cast<std::chrono::milliseconds>(duration).count());
}

}  // namespace

class CurlClient::Answer {
 public:
  virtual ~Answer() = default;
  virtual void give(Result<Response> outcome) = 0;  // once
};

template <typename Handler>
class CurlClient::TypedAnswer final : public Answer {
 public:
  explicit TypedAnswer(Handler handler)
      : handler_(std::move(handler)), guard_(asio::get_associated_executor(handler_)) {}
  void give(Result<Response> outcome) override {
    asio::post(guard_.get_executor(),
               [handler = std::move(handler_), outcome = std::move(outcome)]() mutable {
                 std::move(handler)(std::move(outcome));
               });
    guard_.reset();
  }

 private:
  Handler handler_;
  asio::executor_work_guard<asio::associated_executor_t<Handler>> guard_;
};

// One request, from send() to its answer. Belongs to the client's thread once that has taken it.
struct CurlClient::Transfer {
  Transfer(Request request_in, std::unique_ptr<Answer> answer_in, const CurlClient& client_in)
      : request(std::move(request_in)), answer(std::move(answer_in)), client(client_in) {}
  Transfer(const Transfer&) = delete;
  ~Transfer() {
    if (easy) curl_easy_cleanup(easy);
    if (headers) curl_slist_free_all(headers);
  }

  bool prepare();
  bool set_method();
  Result<Response> outcome(CURLcode code);
  /// Why there is no answer, and whether the other side may have heard the question.
  tl::unexpected<Error> lost(std::string why) const;

  static curl_socket_t open_socket(void* self, curlsocktype, curl_sockaddr* address) {
    auto& transfer = *static_cast<Transfer*>(self);
    if (!may_connect(&address->addr, transfer.plain_http, transfer.client.policy_)) {
      transfer.refused = text_of(&address->addr);
      return CURL_SOCKET_BAD;
    }
    return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }
  static std::size_t take_body(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t size = one * count;
    const std::size_t room = transfer.client.limits_.response_bytes_max - transfer.response.body.size();
    transfer.response.body.append(bytes, std::min(size, room));
    transfer.cut = size > room;
    return transfer.cut ? 0 : size;  // less than it gave ends the transfer
  }
  static std::size_t take_header(char* bytes, std::size_t one, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    const std::size_t size = one * count;
    transfer.header_bytes += size;
    if (transfer.header_bytes > transfer.client.limits_.header_bytes_max) return 0;
    const std::string_view line(bytes, size);
    const std::size_t colon = line.find(':');
    if (colon != std::string_view::npos && iequals_ascii(line.substr(0, colon), "retry-after")) {
      const auto seconds = parse_int(trim(line.substr(colon + 1)));
      if (seconds)
        transfer.response.retry_after = std::chrono::seconds(std::min(*seconds, kRetryAfterSecondsMax));
    }
    return size;
  }

  Request request;
  std::unique_ptr<Answer> answer;
  const CurlClient& client;
  CURL* easy = nullptr;
  curl_slist* headers = nullptr;
  bool plain_http = false;
  bool cut = false;  // the body was longer than what is kept
  std::size_t header_bytes = 0;
  std::string refused;  // the address that the policy refused
  Response response;
  char error[CURL_ERROR_SIZE] = "";
};

bool CurlClient::Transfer::set_method() {
  if (request.method == Method::kGet) return curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L) == CURLE_OK;
  const auto size = static_cast<curl_off_t>(request.body.size());
  return curl_easy_setopt(easy, CURLOPT_POST, 1L) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.body.c_str()) == CURLE_OK &&
         curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, size) == CURLE_OK;
}

bool CurlClient::Transfer::prepare() {
  easy = curl_easy_init();
  if (!easy) return false;
  plain_http = lower_ascii(request.url.substr(0, 7)) == "http://";
  request.headers.emplace_back("Expect:");  // no round trip that asks whether the body is welcome
  for (const std::string& header : request.headers) {
    curl_slist* longer = curl_slist_append(headers, header.c_str());
    if (!longer) return false;
    headers = longer;
  }
  const auto set = [this](CURLoption option, auto value) {
    return curl_easy_setopt(easy, option, value) == CURLE_OK;
  };
  return set(CURLOPT_URL, request.url.c_str()) && set(CURLOPT_PROTOCOLS_STR, "https,http") && set_method() &&
         set(CURLOPT_HTTPHEADER, headers) && set(CURLOPT_USERAGENT, client.user_agent_.c_str()) &&
         set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)) && set(CURLOPT_NOSIGNAL, 1L) &&
         (client.ca_file_.empty() || set(CURLOPT_CAINFO, client.ca_file_.c_str())) &&
         set(CURLOPT_FOLLOWLOCATION, 0L) && set(CURLOPT_PROXY, "") && set(CURLOPT_NOPROXY, "*") &&
         set(CURLOPT_TIMEOUT_MS, std::max(1L, milliseconds(request.timeout))) &&
         set(CURLOPT_CONNECTTIMEOUT_MS, std::max(1L, milliseconds(client.limits_.connect_timeout))) &&
         // A name server that hangs is left to its own thread: nobody waits for it here.
         set(CURLOPT_QUICK_EXIT, 1L) && set(CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket) &&
         set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this)) &&
         set(CURLOPT_WRITEFUNCTION, &Transfer::take_body) &&
         set(CURLOPT_WRITEDATA, static_cast<void*>(this)) &&
         set(CURLOPT_HEADERFUNCTION, &Transfer::take_header) &&
         set(CURLOPT_HEADERDATA, static_cast<void*>(this)) &&
         set(CURLOPT_ERRORBUFFER, static_cast<char*>(error)) &&
         set(CURLOPT_PRIVATE, static_cast<void*>(this));
}

tl::unexpected<Error> CurlClient::Transfer::lost(std::string why) const {
  long sent_bytes = 0;  // on whatever connection, also on one that was tried before
  curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
  return fail(sent_bytes > 0 ? ErrorCode::kUnknown : ErrorCode::kUnavailable, std::move(why));
}

Result<Response> CurlClient::Transfer::outcome(CURLcode code) {
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && cut)) {
    long status = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    return std::move(response);
  }
  if (!refused.empty())
    return fail(ErrorCode::kInvalid,
                "the name leads to the private address " + refused + ", which is refused");
  return lost(error[0] != '\0' ? error : curl_easy_strerror(code));
}

struct CurlClient::Multi {
  Multi() {
    // Counted by libcurl, and safe from several threads since 7.84.
    curl_global_init(CURL_GLOBAL_DEFAULT);
    handle = curl_multi_init();
  }
  ~Multi() {
    curl_multi_cleanup(handle);
    curl_global_cleanup();
  }
  CURLM* handle;
};

CurlClient::CurlClient(std::string user_agent, TargetPolicy policy, ClientLimits limits, std::string ca_file)
    : user_agent_(std::move(user_agent)), policy_(policy), limits_(limits), ca_file_(std::move(ca_file)) {}

CurlClient::~CurlClient() {
  close();
  if (thread_.joinable()) thread_.join();
}

void CurlClient::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  if (multi_) curl_multi_wakeup(multi_->handle);
}

void CurlClient::push(Request request, std::unique_ptr<Answer> answer) {
  auto transfer = std::make_unique<Transfer>(std::move(request), std::move(answer), *this);
  if (in_flight_.fetch_add(1) >= limits_.in_flight_max) {
    in_flight_.fetch_sub(1);
    transfer->answer->give(fail(ErrorCode::kOverloaded, "too many requests are under way"));
    return;
  }
  std::string refused = "the client is closed";
  {
    const std::lock_guard lock(mutex_);
    const auto loaded = closed_ ? Result<void>{} : load_libcurl();
    if (!loaded) {
      refused = loaded.error().detail;
    } else if (!closed_ && !begun()) {
      refused = "no thread can be started";
    } else if (!closed_) {
      incoming_.push_back(std::move(transfer));
      curl_multi_wakeup(multi_->handle);
      return;
    }
  }
  in_flight_.fetch_sub(1);
  transfer->answer->give(fail(ErrorCode::kUnavailable, refused));
}

/// Starts what the first request needs. False when the system has no thread left: the next one tries again.
bool CurlClient::begun() {
  if (multi_) return true;
  auto multi = std::make_unique<Multi>();
  try {
    thread_ = std::thread([this, handle = multi->handle] { loop(handle); });
  } catch (const std::system_error&) {
    return false;
  }
  multi_ = std::move(multi);
  return true;
}

Task<Result<Response>> CurlClient::send(Request request) {
  auto initiate = [this](auto handler, Request moved) {
    using Handler = decltype(handler);
    std::unique_ptr<Answer> answer = std::make_unique<TypedAnswer<Handler>>(std::move(handler));
    push(std::move(moved), std::move(answer));
  };
  auto answered = asio::async_initiate<const asio::use_awaitable_t<>, void(Result<Response>)>(
      std::move(initiate), asio::use_awaitable, std::move(request));
  Result<Response> outcome = co_await std::move(answered);
  co_return outcome;
}

void CurlClient::loop(void* multi_handle) {
  pthread_setname_np(pthread_self(), "ff-http-client");
  CURLM* const multi = multi_handle;
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, limits_.idle_connections_max);
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> running;
  const auto end = [&](std::unique_ptr<Transfer> transfer, Result<Response> outcome) {
    in_flight_.fetch_sub(1);
    transfer->answer->give(std::move(outcome));
  };
  for (;;) {
    std::vector<std::unique_ptr<Transfer>> taken;
    bool closed = false;
    {
      const std::lock_guard lock(mutex_);
      taken.swap(incoming_);
      closed = closed_;
    }
    for (auto& transfer : taken) {
      CURL* easy = nullptr;
      if (transfer->prepare() && curl_multi_add_handle(multi, transfer->easy) == CURLM_OK) {
        easy = transfer->easy;
        running.emplace(easy, std::move(transfer));
      } else {
        end(std::move(transfer), fail(ErrorCode::kInternal, "the request can't be prepared"));
      }
    }
    if (closed) {
      for (auto& [easy, transfer] : running) {
        Result<Response> outcome = transfer->lost("the client was closed");
        curl_multi_remove_handle(multi, easy);
        end(std::move(transfer), std::move(outcome));
      }
      return;
    }
    int left = 0;
    curl_multi_perform(multi, &left);
    while (const CURLMsg* message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const easy = message->easy_handle;
      const CURLcode code = message->data.result;
      const auto found = running.find(easy);
      std::unique_ptr<Transfer> transfer = std::move(found->second);
      running.erase(found);
      Result<Response> outcome = transfer->outcome(code);
      curl_multi_remove_handle(multi, easy);
      end(std::move(transfer), std::move(outcome));
    }
    curl_multi_poll(multi, nullptr, 0, kPollMsMax, nullptr);
  }
}

}  // namespace ff::http_client
