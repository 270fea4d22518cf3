#include "http/outbox.h"

#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace ff::http {
namespace {

/// Below this a copy is cheaper than a piece of its own.
constexpr std::size_t kCopyBytesMax = 1024;
constexpr std::size_t kPiecesPerCall = 128;
/// What an emptied outbox may keep for the next answers.
constexpr std::size_t kKeptTextBytesMax = 256 * 1024;

}  // namespace

char* Outbox::put_text(std::string_view text) {
  if (text.empty()) return nullptr;  // an empty piece would never count as sent
  const bool joins = next_ < pieces_.size() && pieces_.back().data == nullptr && pieces_.back().file < 0;
  if (joins) {
    pieces_.back().size += text.size();
  } else {
    pieces_.push_back({nullptr, text_.size(), text.size()});
  }
  const std::size_t at = text_.size();
  text_ += text;
  bytes_ += text.size();
  return text_.data() + at;
}

void Outbox::put_body(std::string body) {
  if (body.empty()) return;
  if (body.size() <= kCopyBytesMax) {
    put_text(body);
    return;
  }
  bodies_.push_back(std::make_unique<const std::string>(std::move(body)));
  pieces_.push_back({bodies_.back()->data(), 0, bodies_.back()->size()});
  bytes_ += bodies_.back()->size();
}

void Outbox::put_body(const std::shared_ptr<const FinishedBytes>& finished) {
  if (finished->body.empty()) return;
  if (finished->body.size() <= kCopyBytesMax) {
    put_text(finished->body);
    return;
  }
  finished_.push_back(finished);
  if (finished->file) {
    pieces_.push_back({nullptr, 0, finished->body.size(), finished->file->descriptor()});
  } else {
    pieces_.push_back({finished->body.data(), 0, finished->body.size()});
  }
  bytes_ += finished->body.size();
}

void Outbox::advance(std::size_t sent) {
  bytes_ -= sent;
  while (sent > 0) {
    Piece& piece = pieces_[next_];
    const std::size_t take = std::min(sent, piece.size);
    piece.at += take;
    piece.size -= take;
    sent -= take;
    if (piece.size == 0) ++next_;
  }
}

ssize_t Outbox::send_gathered(int socket) const {
  std::array<iovec, kPiecesPerCall> parts;
  std::size_t count = 0;
  std::size_t i = next_;
  for (; i < pieces_.size() && pieces_[i].file < 0 && count < parts.size(); ++i, ++count) {
    const Piece& piece = pieces_[i];
    const char* const base = piece.data == nullptr ? text_.data() : piece.data;
    parts[count] = {const_cast<char*>(base + piece.at), piece.size};
  }
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = count;
  // A head waits for its file's first pages, so that they share packets.
  const int more = i < pieces_.size() ? MSG_MORE : 0;
  return ::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT | more);
}

ssize_t Outbox::send_file(int socket, const Piece& piece) {
  off_t offset = static_cast<off_t>(piece.at);
  return ::sendfile(socket, piece.file, &offset, piece.size);
}

Outbox::Sent Outbox::send(int socket) {
  while (!empty()) {
    const Piece& first = pieces_[next_];
    const ssize_t sent = first.file < 0 ? send_gathered(socket) : send_file(socket, first);
    if (sent == 0) return Sent::kBroken;  // a file shorter than it was made
    if (sent < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN || errno == EWOULDBLOCK) return Sent::kWouldBlock;
      return Sent::kBroken;
    }
    advance(static_cast<std::size_t>(sent));
  }
  clear();
  return Sent::kAll;
}

void Outbox::clear() {
  pieces_.clear();
  next_ = 0;
  bytes_ = 0;
  bodies_.clear();
  finished_.clear();
  text_.clear();
  if (text_.capacity() > kKeptTextBytesMax) text_.shrink_to_fit();
}

}  // namespace ff::http
