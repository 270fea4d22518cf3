// How a coroutine that suspended itself is resumed: a move-only function that is called once or dropped, kept
// in place without allocation.
//
// Invariant: the handler is out of its place before it runs, so that it may suspend here again, or end
// whoever holds it. One thread.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

namespace ff::http {

class Resumption {
 public:
  Resumption() = default;
  Resumption(Resumption&& other) noexcept { take(other); }
  Resumption& operator=(Resumption&&) = delete;
  ~Resumption() {
    if (use_ != nullptr) use_(place_, nullptr, false);
  }

  template <typename Handler>
  void hold(Handler handler) {
    static_assert(sizeof(Handler) <= kBytes && alignof(Handler) <= alignof(std::max_align_t) &&
                  std::is_nothrow_move_constructible_v<Handler>);
    new (place_) Handler(std::move(handler));
    use_ = [](void* place, void* to, bool run) {
      Handler* const held = std::launder(static_cast<Handler*>(place));
      Handler moved(std::move(*held));
      held->~Handler();
      if (to != nullptr) {
        new (to) Handler(std::move(moved));
      } else if (run) {
        std::move(moved)();
      }
    };
  }
  explicit operator bool() const { return use_ != nullptr; }
  void operator()() { std::exchange(use_, nullptr)(place_, nullptr, true); }

 private:
  static constexpr std::size_t kBytes = 64;

  void take(Resumption& other) noexcept {
    use_ = std::exchange(other.use_, nullptr);
    if (use_ != nullptr) use_(other.place_, place_, false);
  }

  alignas(std::max_align_t) std::byte place_[kBytes];
  void (*use_)(void* place, void* to, bool run) = nullptr;
};

}  // namespace ff::http
