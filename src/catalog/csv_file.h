// A file on disk (or standard input) as a source of CSV. Blocking: for command-line work, not for io threads.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "catalog/csv.h"

namespace ff::catalog::csv {

class FileSource final : public Source {
 public:
  /// "-" is standard input. kNotFound or kUnavailable says which file and why.
  static Result<std::unique_ptr<FileSource>> open(const std::string& path);
  Result<std::size_t> read(std::span<char> out) override;
  /// Size of the file, or 0 when it is a pipe.
  std::int64_t bytes() const { return bytes_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const;
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::string path_;
  std::int64_t bytes_ = 0;
};

}  // namespace ff::catalog::csv
