#include "http/poller.h"

#include <cerrno>
#include <system_error>

namespace ff::http {
namespace {

int make_set() {
  const int set = ::epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::system_category(), "epoll_create1");
  return set;
}

}  // namespace

void Poller::start(asio::io_context& context) {
  set_.emplace(context, make_set());
  wait();
}

bool Poller::add(int socket, Source& source) {
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  event.data.ptr = &source;
  return ::epoll_ctl(set_->native_handle(), EPOLL_CTL_ADD, socket, &event) == 0;
}

void Poller::remove(const Source& source) {
  for (std::size_t i = next_; i < count_; ++i) {
    if (events_[i].data.ptr == &source) events_[i].data.ptr = nullptr;
  }
}

void Poller::wait() {
  set_->async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error) return;
    dispatch();
    wait();
  });
}

void Poller::dispatch() {
  for (int round = 0; round < kRoundsMax; ++round) {
    const int fetched =
        ::epoll_wait(set_->native_handle(), events_.data(), static_cast<int>(events_.size()), 0);
    // An event that this fetch brings came after the one before it, and while we slept after we woke.
    const auto now = std::chrono::steady_clock::now();
    busy_since_ = rested_ ? now : fetched_at_;
    fetched_at_ = now;
    rested_ = false;
    if (fetched <= 0) return;
    count_ = static_cast<std::size_t>(fetched);
    for (next_ = 0; next_ < count_;) {
      const epoll_event event = events_[next_++];
      if (event.data.ptr != nullptr) static_cast<Source*>(event.data.ptr)->ready(event.events);
    }
    count_ = 0;
  }
}

}  // namespace ff::http
