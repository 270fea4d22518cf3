// Reads one HTTP/1.x answer from bytes as they come: any cut of them gives the same answer.
//
// Not a validating parser: it believes the shops that it measures, but never reads past what they sent, and
// what it can't read it says is broken.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace ff::storm {

class Answer {
 public:
  enum class State { kReading, kDone, kBroken };

  /// For the next answer. `keep_body`: otherwise it is only counted.
  void begin(bool keep_body);

  /// More bytes of the connection. What follows the answer is dropped: nobody asks twice at once here.
  State take(std::string_view bytes);
  /// The shop has closed the connection.
  State end();

  /// Whether anything came.
  bool begun() const { return begun_; }
  /// Whether the connection can carry another request.
  bool keeps_alive() const { return keep_alive_; }

  int status() const { return status_; }
  /// The first field of this name; empty when there is none.
  std::string_view field(std::string_view name) const;
  /// All fields of this name, each given to `each`.
  template <typename Each>
  void fields(std::string_view name, Each&& each) const {
    for (std::size_t at = 0; at < head_.size();)
      each_line(at, name, each);
  }
  std::string_view body() const { return body_; }

 private:
  enum class Part { kHead, kCounted, kUntilEnd, kChunkSize, kChunk, kChunkEnd, kTrailer };

  template <typename Each>
  void each_line(std::size_t& at, std::string_view name, Each& each) const {
    const std::size_t end = std::min(head_.find("\r\n", at), head_.size());
    const std::string_view line = std::string_view(head_).substr(at, end - at);
    at = end + 2;
    if (const std::string_view value = value_of(line, name); value.data() != nullptr) each(value);
  }
  static std::string_view value_of(std::string_view line, std::string_view name);

  State read_head();
  /// Takes what it can from the front of `bytes`.
  State take_body(std::string_view bytes);
  State take_chunked(std::string_view bytes);

  std::string head_, body_, line_;
  Part part_ = Part::kHead;
  std::size_t left_ = 0;  // bytes of the body or chunk that are still to come
  int status_ = 0;
  bool keep_body_ = false, begun_ = false, keep_alive_ = false, done_ = false;
};

}  // namespace ff::storm
