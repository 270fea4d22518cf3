// Answers on their way out, in the order they were put: pieces of memory are gathered into one sendmsg, what
// lies in a memory file goes by sendfile.
//
// Invariant: the bytes that pieces refer to live as long as the pieces: text is copied in, bodies are moved
// in, finished answers are held by their shared pointer. Pieces survive moving the outbox.
#pragma once

#include <sys/types.h>

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

  /// Until all is gone or the socket, which does not block, is full. sendfile() raises SIGPIPE when the
  /// client is gone: the process ignores that signal.
  Sent send(int socket);
  void clear();

 private:
  struct Piece {
    const char* data;  // null: in text_, or in `file`
    std::size_t at;    // offset in text_, data or file
    std::size_t size;
    int file = -1;  // sent by sendfile()
  };
  ssize_t send_gathered(int socket) const;
  static ssize_t send_file(int socket, const Piece& piece);
  void advance(std::size_t sent);

  std::string text_;
  std::vector<Piece> pieces_;
  std::size_t next_ = 0;  // first piece that isn't sent whole
  std::size_t bytes_ = 0;
  std::vector<std::unique_ptr<const std::string>> bodies_;
  std::vector<std::shared_ptr<const FinishedBytes>> finished_;
};

}  // namespace ff::http
