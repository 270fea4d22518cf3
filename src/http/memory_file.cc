#include "http/memory_file.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace ff::http {

std::unique_ptr<const MemoryFile> MemoryFile::make(std::string_view content) {
  if (content.size() < kBytesMin) return nullptr;
  const int descriptor = ::memfd_create("answer", MFD_CLOEXEC);
  if (descriptor < 0) return nullptr;
  std::unique_ptr<const MemoryFile> file(new MemoryFile(descriptor));
  while (!content.empty()) {
    const ssize_t written = ::write(descriptor, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return nullptr;
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return file;
}

MemoryFile::~MemoryFile() { ::close(descriptor_); }

}  // namespace ff::http
