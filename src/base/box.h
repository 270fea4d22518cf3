// A value in a place of its own on the heap: as large as a pointer to move, however wide the value.
//
// For wide values that go through many hands (results, variants, coroutine frames), each of which would move
// all of it.
//
// Invariant: it owns exactly one value, which a copy copies, and which const protects. Only one that was
// moved from has none: it may be assigned to or destroyed, nothing else. (C++26 calls this std::indirect.) As
// safe with threads as T.
#pragma once

#include <memory>
#include <utility>

namespace ff {

template <typename T>
class Box {
 public:
  Box() : value_(std::make_unique<T>()) {}
  Box(T value) : value_(std::make_unique<T>(std::move(value))) {}  // implicit: it is that value
  Box(const Box& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  Box& operator=(const Box& other) { return *this = Box(other); }
  Box(Box&&) noexcept = default;
  Box& operator=(Box&&) noexcept = default;
  ~Box() = default;

  operator const T&() const { return *value_; }  // passes where the value is only read
  T& operator*() & { return *value_; }
  const T& operator*() const& { return *value_; }
  T&& operator*() && { return std::move(*value_); }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }

  friend bool operator==(const Box& a, const Box& b) { return *a == *b; }
  friend bool operator==(const Box& a, const T& b) { return *a == b; }

 private:
  std::unique_ptr<T> value_;
};

}  // namespace ff
