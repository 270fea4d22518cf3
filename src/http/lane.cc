#include "http/lane.h"

#include "http/wire.h"

namespace ff::http {
namespace {

/// A spare request does not keep the memory of a large body.
constexpr std::size_t kKeptBodyBytesMax = 4096;

}  // namespace

std::unique_ptr<Request> Lane::take_request() {
  if (spare_requests_.empty()) return std::make_unique<Request>();
  std::unique_ptr<Request> request = std::move(spare_requests_.back());
  spare_requests_.pop_back();
  return request;
}

void Lane::give_back(std::unique_ptr<Request> request) {
  if (!request || spare_requests_.size() == kSpareRequests) return;
  request->body.clear();
  if (request->body.capacity() > kKeptBodyBytesMax) request->body.shrink_to_fit();
  request->method = Method::kGet;
  request->path.clear();
  request->headers.clear();
  request->params.clear();
  request->target = request->query = request->route = {};
  spare_requests_.push_back(std::move(request));
}

const std::string& Lane::date(Instant now) {
  const std::int64_t second = now.us / 1'000'000;
  if (second != date_second_) {
    date_second_ = second;
    date_ = http_date(second);
  }
  return date_;
}

}  // namespace ff::http
