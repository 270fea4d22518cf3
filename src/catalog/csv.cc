#include "catalog/csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace ff::catalog::csv {
namespace {

constexpr std::size_t kBufferBytes = 64 * 1024;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

}  // namespace

bool Row::blank() const {
  return std::all_of(fields_.begin(), fields_.end(), [](const Field& field) { return field.size == 0; });
}

Error Fault::error() const {
  const std::string where = fmt::format("line {}, column {}", place.line, place.column);
  return {ErrorCode::kInvalid, where + ": " + rule, {{where, rule}}};
}

Result<std::size_t> MemorySource::read(std::span<char> out) {
  const std::size_t size = std::min({out.size(), bytes_.size(), chunk_max_});
  std::copy_n(bytes_.begin(), size, out.begin());
  bytes_.remove_prefix(size);
  return size;
}

Reader::Reader(Source& source, Limits limits) : source_(source), limits_(limits), buffer_(kBufferBytes) {}

Result<bool> Reader::stop(Place place, std::string_view rule) {
  ended_ = true;
  fault_ = Fault{place, std::string(rule)};
  return tl::unexpected(fault_->error());
}

/// False at the end of the file.
Result<bool> Reader::fill() {
  if (ended_) return false;
  auto got = source_.read(buffer_);
  if (!got) {
    ended_ = true;
    return tl::unexpected(std::move(got.error()));
  }
  at_ = 0;
  size_ = *got;
  bytes_read_ += static_cast<std::int64_t>(*got);
  if (*got == 0) ended_ = true;
  return *got > 0;
}

bool Reader::begin_field(Row& row, Place place) {
  if (row.fields_.size() == limits_.columns_max) return false;
  row.fields_.push_back({row.text_.size(), 0, place});
  return true;
}

Result<bool> Reader::end_field(Row& row) {
  Row::Field& field = row.fields_.back();
  field.size = row.text_.size() - field.begin;
  const std::string_view text = std::string_view(row.text_).substr(field.begin);
  if (text.size() > limits_.field_bytes_max) {
    return stop(field.place, fmt::format("a field must be at most {} bytes", limits_.field_bytes_max));
  }
  if (std::memchr(text.data(), '\0', text.size()) != nullptr) {
    return stop(field.place, "a field must not hold a NUL character");
  }
  if (!is_utf8(text)) return stop(field.place, "the text must be UTF-8");
  return true;
}

Result<bool> Reader::next(Row& row) {
  row.text_.clear();
  row.fields_.clear();
  if (!started_) {
    started_ = true;
    // A mark may be split between reads; a file is at least as long as what we have of it.
    std::string head;
    while (head.size() < kByteOrderMark.size()) {
      char bytes[3];
      auto got = source_.read(std::span(bytes, kByteOrderMark.size() - head.size()));
      if (!got) return tl::unexpected(std::move(got.error()));
      if (*got == 0) break;
      head.append(bytes, *got);
    }
    bytes_read_ = static_cast<std::int64_t>(head.size());
    if (head == kByteOrderMark) {
      line_begin_ = 3;
    } else {
      std::copy(head.begin(), head.end(), buffer_.begin());
      size_ = head.size();
    }
  }

  State state = State::kFieldStart;
  Place quote;
  const auto here = [this] {
    return Place{line_, bytes_read_ - static_cast<std::int64_t>(size_ - at_) - line_begin_ + 1};
  };
  // Counts the byte at at_ - 1 when it ends a line.
  const auto count_line = [this](char c) {
    if (c == '\n' && after_cr_) {
      after_cr_ = false;
      line_begin_ = bytes_read_ - static_cast<std::int64_t>(size_ - at_);
      return;
    }
    after_cr_ = c == '\r';
    if (c == '\n' || c == '\r') {
      ++line_;
      line_begin_ = bytes_read_ - static_cast<std::int64_t>(size_ - at_);
    }
  };

  for (;;) {
    if (at_ == size_) {
      auto more = fill();
      if (!more) return more;
      if (!*more) break;
    }
    if (row.text_.size() > limits_.row_bytes_max) {
      return stop(row.place_, fmt::format("a row must be at most {} bytes", limits_.row_bytes_max));
    }
    // Most bytes are the plain inside of a field: take them in one run.
    if (state == State::kPlain || state == State::kQuoted) {
      const char* const begin = buffer_.data() + at_;
      const char* const end = buffer_.data() + size_;
      const char* run = begin;
      if (state == State::kPlain) {
        while (run != end && *run != ',' && *run != '\n' && *run != '\r' && *run != '"')
          ++run;
      } else {
        while (run != end && *run != '"' && *run != '\n' && *run != '\r')
          ++run;
      }
      if (run != begin) {
        const auto size = static_cast<std::size_t>(run - begin);
        if (row.text_.size() - row.fields_.back().begin + size > limits_.field_bytes_max) {
          return stop(row.fields_.back().place,
                      fmt::format("a field must be at most {} bytes", limits_.field_bytes_max));
        }
        row.text_.append(begin, size);
        at_ += size;
        after_cr_ = false;
        continue;
      }
    }
    const Place place = here();
    const char c = buffer_[at_++];
    if (c == '\n' && after_cr_ && state == State::kFieldStart && row.fields_.empty()) {
      count_line(c);  // the second half of the CRLF that ended the row before
      continue;
    }
    switch (state) {
      case State::kFieldStart:
        if (row.fields_.empty()) {
          row.place_ = place;
          if (c == '\n' || c == '\r') {  // an empty line
            count_line(c);
            continue;
          }
        }
        if (!begin_field(row, place)) {
          return stop(place, fmt::format("a row must have at most {} columns", limits_.columns_max));
        }
        if (c == '"') {
          state = State::kQuoted;
          quote = place;
          after_cr_ = false;
          continue;
        }
        state = State::kPlain;
        [[fallthrough]];
      case State::kPlain:
        if (c == '"') return stop(place, "a quote inside a field needs quotes around the whole field");
        break;
      case State::kQuoted:
        if (c == '"') {
          state = State::kQuoteInQuoted;
        } else {
          row.text_ += c;
        }
        count_line(c);
        continue;
      case State::kQuoteInQuoted:
        if (c == '"') {
          row.text_ += '"';
          state = State::kQuoted;
          continue;
        }
        if (c != ',' && c != '\n' && c != '\r') {
          return stop(place, "after a closing quote there must be a comma or the end of the line");
        }
        break;
    }
    // Outside quotes: a separator, or the first byte of a plain field.
    count_line(c);
    if (c == ',') {
      if (auto done = end_field(row); !done) return done;
      state = State::kFieldStart;
      // The field after the comma exists even when the line ends here.
      if (at_ == size_) {
        auto more = fill();
        if (!more) return more;
      }
      const bool line_ends = at_ == size_ || buffer_[at_] == '\n' || buffer_[at_] == '\r';
      if (line_ends) {
        if (!begin_field(row, here())) {
          return stop(here(), fmt::format("a row must have at most {} columns", limits_.columns_max));
        }
        if (at_ == size_) return true;
        count_line(buffer_[at_++]);
        return true;
      }
    } else if (c == '\n' || c == '\r') {
      if (auto done = end_field(row); !done) return done;
      return true;
    } else {
      row.text_ += c;
    }
  }

  if (row.fields_.empty()) return false;
  if (state == State::kQuoted) return stop(quote, "a quoted field must be closed by a quote");
  if (auto done = end_field(row); !done) return done;
  return true;
}

void write_field(std::string& out, std::string_view field) {
  // Blanks at the ends are quoted for the sake of readers that trim.
  const bool quoted = field.find_first_of(",\"\r\n") != field.npos || field.starts_with(kByteOrderMark) ||
                      (!field.empty() && (field.front() == ' ' || field.back() == ' ' ||
                                          field.front() == '\t' || field.back() == '\t'));
  if (!quoted) {
    out += field;
    return;
  }
  out += '"';
  for (std::size_t from = 0;;) {
    const std::size_t quote = field.find('"', from);
    if (quote == field.npos) {
      out += field.substr(from);
      break;
    }
    out += field.substr(from, quote - from);
    out += "\"\"";
    from = quote + 1;
  }
  out += '"';
}

void write_row(std::string& out, std::span<const std::string_view> fields) {
  // A row of one empty field would be an empty line, which is no row: quotes keep it.
  if (fields.size() == 1 && fields[0].empty()) out += "\"\"";
  bool first = true;
  for (const std::string_view field : fields) {
    if (!first) out += ',';
    first = false;
    write_field(out, field);
  }
  out += "\r\n";
}

}  // namespace ff::catalog::csv
