#include "payments/request_slots.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>
#include <mutex>
#include <utility>

namespace ff::payments {

struct RequestSlots::Place {
  Place(const asio::any_io_executor& executor, Duration within) : timer(executor, within) {}
  asio::steady_timer timer;
  bool granted = false;                              // under the line's mutex, as is what follows
  std::list<std::shared_ptr<Place>>::iterator here;  // while it is not
};

struct RequestSlots::Line {
  Line(std::size_t slots, std::size_t most) : slots_free(slots), waiting_max(most) {}
  std::mutex mutex;
  std::size_t slots_free;
  const std::size_t waiting_max;
  std::list<std::shared_ptr<Place>> waiting;  // longest first; empty while a slot is free
};

RequestSlots::Slot::Slot(std::shared_ptr<Line> line, std::shared_ptr<Place> place)
    : line_(std::move(line)), place_(std::move(place)) {}

bool RequestSlots::Slot::granted() const {
  const std::lock_guard lock(line_->mutex);
  return place_->granted;
}

RequestSlots::Slot::~Slot() {
  if (!place_) return;
  std::shared_ptr<Place> next;
  {
    const std::lock_guard lock(line_->mutex);
    if (!place_->granted) {
      line_->waiting.erase(place_->here);
    } else if (line_->waiting.empty()) {
      ++line_->slots_free;
    } else {
      next = std::move(line_->waiting.front());
      line_->waiting.pop_front();
      next->granted = true;
    }
  }
  if (!next) return;
  const asio::any_io_executor theirs = next->timer.get_executor();
  asio::post(theirs,
             [next = std::move(next)] { next->timer.expires_at(asio::steady_timer::time_point::min()); });
}

RequestSlots::RequestSlots(std::size_t slots, std::size_t waiting_max)
    : line_(std::make_shared<Line>(slots, waiting_max)) {}

std::size_t RequestSlots::waiting() const {
  const std::lock_guard lock(line_->mutex);
  return line_->waiting.size();
}

Result<RequestSlots::Slot> RequestSlots::enter(std::shared_ptr<Place> place) {
  const std::lock_guard lock(line_->mutex);
  if (line_->slots_free > 0) {
    --line_->slots_free;
    place->granted = true;
  } else if (line_->waiting.size() >= line_->waiting_max) {
    return fail(ErrorCode::kOverloaded, "too many requests wait for those under way");
  } else {
    place->here = line_->waiting.insert(line_->waiting.end(), place);
  }
  return Slot(line_, std::move(place));
}

Task<Result<RequestSlots::Slot>> RequestSlots::take(Duration within) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Result<Slot> slot = enter(std::make_shared<Place>(executor, within));
  if (!slot || slot->granted()) co_return std::move(slot);
  // Whoever grants it posts to this thread, so not before this waits.
  co_await slot->place_->timer.async_wait(asio::as_tuple(asio::use_awaitable));
  if (slot->granted()) co_return std::move(slot);
  co_return fail(ErrorCode::kOverloaded, "it waited too long for requests under way");
}

}  // namespace ff::payments
