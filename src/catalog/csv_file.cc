#include "catalog/csv_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>

namespace ff::catalog::csv {

void FileSource::Close::operator()(std::FILE* file) const {
  if (file != stdin) static_cast<void>(std::fclose(file));  // it was only read
}

Result<std::unique_ptr<FileSource>> FileSource::open(const std::string& path) {
  auto source = std::make_unique<FileSource>();
  source->path_ = path;
  source->file_.reset(path == "-" ? stdin : std::fopen(path.c_str(), "rb"));
  struct stat status {};
  if (!source->file_ || fstat(fileno(source->file_.get()), &status) != 0) {
    const int reason = errno;
    return fail(reason == ENOENT ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
                fmt::format("{}: {}", path, std::strerror(reason)));
  }
  if (S_ISDIR(status.st_mode)) return fail(ErrorCode::kUnavailable, fmt::format("{}: is a directory", path));
  if (S_ISREG(status.st_mode)) source->bytes_ = status.st_size;
  return source;
}

Result<std::size_t> FileSource::read(std::span<char> out) {
  const std::size_t size = std::fread(out.data(), 1, out.size(), file_.get());
  if (size == 0 && std::ferror(file_.get()) != 0) {
    return fail(ErrorCode::kUnavailable, fmt::format("{}: can't be read", path_));
  }
  return size;
}

}  // namespace ff::catalog::csv
