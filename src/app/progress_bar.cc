#include "app/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace ff::app {

ProgressBar::ProgressBar(std::string what, std::int64_t total)
    : what_(std::move(what)), total_(total), terminal_(isatty(STDERR_FILENO) == 1) {}

void ProgressBar::show(std::int64_t done) {
  if (!terminal_) return;
  if (total_ <= 0) {
    std::fprintf(stderr, "\r%s %lld KiB", what_.c_str(), static_cast<long long>(done / 1024));
    return;
  }
  const int percent = static_cast<int>(std::min<std::int64_t>(100, done * 100 / total_));
  if (percent == shown_percent_) return;
  shown_percent_ = percent;
  const std::string bar(static_cast<std::size_t>(percent / 4), '#');
  std::fprintf(stderr, "\r%s [%-25s] %3d%%", what_.c_str(), bar.c_str(), percent);
}

void ProgressBar::finish() {
  if (terminal_) static_cast<void>(std::fputs("\r\033[K", stderr));
}

}  // namespace ff::app
