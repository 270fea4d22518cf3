#include "app/process_metrics.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "telemetry/log.h"

namespace ff::app {
namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0, resident = 0;
  if (!(statm >> pages >> resident)) return 0;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
  if (!folder) return 0;
  int entries = 0;
  while (::readdir(folder.get()) != nullptr)
    ++entries;
  return entries - 3;  // ".", ".." and the folder itself
}

double descriptors_max() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

/// Unix time: when the machine was started, and the ticks from then to our exec (field 22 of proc(5)'s stat,
/// the 20th behind the name, which may hold anything).
double started_at() {
  std::ifstream stat("/proc/self/stat");
  std::string line;
  std::getline(stat, line);
  std::istringstream fields(line.substr(line.rfind(')') + 1));
  constexpr int kFieldsBefore = 19;
  std::string skipped;
  for (int field = 0; field < kFieldsBefore; ++field)
    fields >> skipped;
  double ticks = 0;
  if (!(fields >> ticks)) return 0;
  std::ifstream machine("/proc/stat");
  double booted_at = 0;
  for (std::string word; machine >> word;) {
    if (word == "btime") {
      machine >> booted_at;
      break;
    }
  }
  return booted_at + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

void add_process_metrics(telemetry::Registry& metrics, const std::string& schema) {
  metrics
      .gauge("ff_build_info", "The release that runs, and the schema that it works with; always 1",
             {{"version", FF_VERSION}, {"schema", schema}})
      .set(1);
  metrics.counter_from("process_cpu_seconds_total", "Time of processors, of user and system", {},
                       cpu_seconds);
  metrics.gauge_from("process_resident_memory_bytes", "Resident memory", {}, resident_bytes);
  metrics.gauge_from("process_open_fds", "Open descriptors", {}, open_descriptors);
  metrics.gauge_from("process_max_fds", "Bound of open descriptors", {}, descriptors_max);
  metrics.gauge_from("process_start_time_seconds", "When the process began, in Unix time", {},
                     [at = started_at()] { return at; });
  for (const log::Level level : log::kLevels) {
    metrics.counter_from("ff_log_lines_total", "Lines that were logged",
                         {{"level", std::string(log::to_string(level))}},
                         [level] { return static_cast<double>(log::written(level)); });
  }
  metrics.counter_from("ff_log_suppressed_total",
                       "Lines that were not logged since their event repeats too often", {},
                       [] { return static_cast<double>(log::suppressed()); });
}

}  // namespace ff::app
