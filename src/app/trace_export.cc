#include "app/trace_export.h"

#include <fmt/format.h>
#include <pthread.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <cstdint>
#include <exception>
#include <utility>

#include "base/ids.h"
#include "http_client/curl_client.h"
#include "telemetry/log.h"

namespace ff::app {
namespace {

/// The operator names the address, so it may be any; but spans do not cross a public network in the clear.
constexpr http_client::TargetPolicy kPolicy{true, true};

}  // namespace

TraceExport::TraceExport(std::string url, telemetry::Service service, telemetry::Tracer& tracer,
                         http_client::Client& client, Clock& clock, TraceExportSettings settings)
    : url_(std::move(url) + "/v1/traces"),
      service_(std::move(service)),
      tracer_(tracer),
      client_(client),
      clock_(clock),
      settings_(settings) {}

Task<void> TraceExport::run() {
  Duration backoff = settings_.backoff_first;
  Instant rest_until{};
  bool last_round = false;
  while (!last_round) {
    last_round = stopping_.load(std::memory_order_relaxed);
    bool more = !away_ || (!last_round && clock_.now() >= rest_until);
    while (more) {
      std::vector<telemetry::FinishedSpan> spans = tracer_.take(settings_.spans_max);
      more = spans.size() == settings_.spans_max;
      if (spans.empty()) break;
      const bool sent = co_await send(std::move(spans));
      if (sent) {
        backoff = settings_.backoff_first;
        continue;
      }
      more = false;
      rest_until = clock_.now() + std::exchange(backoff, std::min(2 * backoff, settings_.backoff_max));
    }
    if (!last_round) co_await clock_.sleep_for(settings_.period);
  }
  tracer_.note_dropped(tracer_.take(SIZE_MAX).size());
}

Task<bool> TraceExport::send(std::vector<telemetry::FinishedSpan> spans) {
  http_client::Request request;
  request.url = url_;
  request.headers = {"Content-Type: application/json"};
  request.body = telemetry::otlp_json(service_, spans);
  request.timeout = settings_.timeout;
  auto answer = co_await client_.send(std::move(request));
  const bool taken = answer && answer->status >= 200 && answer->status < 300;
  if (taken) tracer_.note_exported(spans.size());
  if (!taken) tracer_.note_dropped(spans.size());
  note(taken, answer ? fmt::format("it answered {}", answer->status) : answer.error().detail);
  co_return taken;
}

/// One line when it goes and one when it is back.
void TraceExport::note(bool sent, std::string_view why) {
  if (away_ == !sent) return;
  away_ = !sent;
  if (away_) {
    log::warning("app", "the collector of traces does not take them: they are dropped", {{"why", why}});
  } else {
    log::info("app", "the collector takes traces again");
  }
}

Result<std::unique_ptr<Tracing>> Tracing::open(const config::Options& options, const std::string& service,
                                               Clock& clock, Random& random, telemetry::Registry& metrics) {
  telemetry::register_span_counters(metrics);
  std::unique_ptr<Tracing> opened(new Tracing);
  const std::string& url = options.trace.otlp_url;
  if (url.empty()) return opened;
  if (auto ok = http_client::check_url(url, kPolicy); !ok) {
    const Error& error = ok.error();
    return fail(ErrorCode::kInvalid,
                "trace.otlp_url: " + (error.fields.empty() ? error.detail : error.fields.front().message));
  }
  telemetry::TracerSettings settings;
  settings.sample = options.trace.sample;
  opened->tracer_ = std::make_unique<telemetry::Tracer>(settings, random.next(), metrics);
  opened->client_ = std::make_unique<http_client::CurlClient>("FashionForward-Traces/" FF_VERSION, kPolicy);
  opened->export_ =
      std::make_unique<TraceExport>(url, telemetry::Service{service, FF_VERSION, Token::make(random).text()},
                                    *opened->tracer_, *opened->client_, clock);
  return opened;
}

void Tracing::start() {
  if (!export_) return;
  asio::co_spawn(context_, export_->run(), [](const std::exception_ptr& broken) {
    if (broken) std::rethrow_exception(broken);  // our own mistake ends the program
  });
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "ff-traces");
    context_.run();  // ends with run(): what is awaited elsewhere keeps it from running dry
  });
}

void Tracing::stop() {
  if (export_) export_->stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace ff::app
