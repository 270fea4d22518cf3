// A progress bar on a terminal; silent where standard error is not one.
#pragma once

#include <cstdint>
#include <string>

namespace ff::app {

class ProgressBar {
 public:
  /// `total` in bytes; 0 when it is not known, then the count alone is shown.
  ProgressBar(std::string what, std::int64_t total);
  void show(std::int64_t done);  // redraws when the percentage has moved
  void finish();                 // clears the line

 private:
  std::string what_;
  std::int64_t total_;
  int shown_percent_ = -1;
  bool terminal_;
};

}  // namespace ff::app
