#include "storm/answer.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace ff::storm {

namespace {

constexpr std::size_t kHeadBytesMax = 64 * 1024;
constexpr std::size_t kBodyBytesMax = 1024 * 1024;  // of a body that is kept

}  // namespace

void Answer::begin(bool keep_body) {
  head_.clear();
  body_.clear();
  line_.clear();
  part_ = Part::kHead;
  left_ = 0;
  status_ = 0;
  keep_body_ = keep_body;
  begun_ = keep_alive_ = done_ = false;
}

std::string_view Answer::value_of(std::string_view line, std::string_view name) {
  if (line.size() <= name.size() || line[name.size()] != ':' ||
      !iequals_ascii(line.substr(0, name.size()), name))
    return {};
  const std::string_view value = trim(line.substr(name.size() + 1));
  return value.data() == nullptr ? std::string_view("") : value;
}

std::string_view Answer::field(std::string_view name) const {
  std::string_view first;
  fields(name, [&](std::string_view value) {
    if (first.data() == nullptr) first = value;
  });
  return first;
}

Answer::State Answer::take(std::string_view bytes) {
  if (done_ || bytes.empty()) return done_ ? State::kDone : State::kReading;
  begun_ = true;
  while (part_ == Part::kHead) {
    const std::size_t before = head_.size();
    head_ += bytes;
    const std::size_t end = head_.find("\r\n\r\n", before < 3 ? 0 : before - 3);
    if (end == std::string::npos) return head_.size() > kHeadBytesMax ? State::kBroken : State::kReading;
    bytes.remove_prefix(end + 4 - before);
    head_.resize(end + 2);
    if (read_head() == State::kBroken) return State::kBroken;
    if (part_ == Part::kHead && bytes.empty()) return State::kReading;  // it was a 1xx; the answer is to come
  }
  return take_body(bytes);
}

Answer::State Answer::read_head() {
  // "HTTP/1.1 200 OK"
  const std::string_view head = head_;
  if (!head.starts_with("HTTP/1.") || head.size() < 12) return State::kBroken;
  const char* digits = head.data() + 9;
  if (std::from_chars(digits, digits + 3, status_).ptr != digits + 3) return State::kBroken;
  if (status_ < 200) {
    head_.clear();
    return State::kReading;
  }
  const std::string_view connection = field("Connection");
  keep_alive_ =
      head[7] == '1' ? !iequals_ascii(connection, "close") : iequals_ascii(connection, "keep-alive");
  if (status_ == 204 || status_ == 304) {
    part_ = Part::kCounted;
    left_ = 0;
  } else if (iequals_ascii(field("Transfer-Encoding"), "chunked")) {
    part_ = Part::kChunkSize;
  } else if (const std::string_view length = field("Content-Length"); !length.empty()) {
    if (std::from_chars(length.data(), length.data() + length.size(), left_).ec != std::errc{})
      return State::kBroken;
    part_ = Part::kCounted;
  } else {
    part_ = Part::kUntilEnd;
    keep_alive_ = false;
  }
  return State::kReading;
}

Answer::State Answer::take_body(std::string_view bytes) {
  if (part_ == Part::kUntilEnd || part_ == Part::kCounted) {
    const std::size_t taken = part_ == Part::kCounted ? std::min(left_, bytes.size()) : bytes.size();
    if (keep_body_) body_ += bytes.substr(0, taken);
    if (part_ == Part::kUntilEnd) return body_.size() > kBodyBytesMax ? State::kBroken : State::kReading;
    left_ -= taken;
    done_ = left_ == 0;
    return done_ ? State::kDone : body_.size() > kBodyBytesMax ? State::kBroken : State::kReading;
  }
  return take_chunked(bytes);
}

Answer::State Answer::take_chunked(std::string_view bytes) {
  while (!bytes.empty()) {
    if (part_ == Part::kChunk) {
      const std::size_t taken = std::min(left_, bytes.size());
      if (keep_body_) body_ += bytes.substr(0, taken);
      if (body_.size() > kBodyBytesMax) return State::kBroken;
      bytes.remove_prefix(taken);
      left_ -= taken;
      if (left_ == 0) part_ = Part::kChunkEnd;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (c != '\n') {
      if (c != '\r') line_ += c;
      if (line_.size() > kHeadBytesMax) return State::kBroken;
      continue;
    }
    if (part_ == Part::kChunkSize) {
      if (std::from_chars(line_.data(), line_.data() + line_.size(), left_, 16).ec != std::errc{})
        return State::kBroken;
      part_ = left_ == 0 ? Part::kTrailer : Part::kChunk;
    } else if (part_ == Part::kChunkEnd) {
      part_ = Part::kChunkSize;
    } else if (line_.empty()) {
      done_ = true;
      return State::kDone;
    }
    line_.clear();
  }
  return State::kReading;
}

Answer::State Answer::end() {
  done_ = done_ || part_ == Part::kUntilEnd;
  return done_ ? State::kDone : State::kBroken;
}

}  // namespace ff::storm
