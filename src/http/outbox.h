// Answers on their way out: pieces that are gathered into one sendmsg, in the order they were put.
//
// Invariant: the bytes that pieces refer to live as long as the pieces: text is copied in, bodies are moved
// in, finished answers are held by their shared pointer. Pieces survive moving the outbox.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"

namespace ff::http {

class Outbox {
 public:
  enum class Sent { kAll, kWouldBlock, kBroken };

  bool empty() const { return next_ == pieces_.size(); }
  std::size_t bytes() const { return bytes_; }  // not sent yet

  /// Appends a copy of `text` (not empty). The result is where it stands, for patching before the next call.
  char* put_text(std::string_view text);
  void put_body(std::string body);
  void put_body(const std::shared_ptr<const FinishedBytes>& finished);

  /// One non-blocking sendmsg after another until all is gone or the socket is full. Never raises SIGPIPE.
  Sent send(int socket);
  void clear();

 private:
  struct Piece {
    const char* data;  // null: in text_
    std::size_t at;    // offset in text_ or in data
    std::size_t size;
  };
  void advance(std::size_t sent);

  std::string text_;
  std::vector<Piece> pieces_;
  std::size_t next_ = 0;  // first piece that isn't sent whole
  std::size_t bytes_ = 0;
  std::vector<std::unique_ptr<const std::string>> bodies_;
  std::vector<std::shared_ptr<const FinishedBytes>> finished_;
};

}  // namespace ff::http
