#include "app/descriptors.h"

#include <sys/resource.h>

#include <algorithm>

namespace ff::app {

http::Limits limits_within_descriptors() {
  constexpr rlim_t kOthersMax = 2'000;
  http::Limits limits;
  rlimit descriptors{};
  if (::getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return limits;
  descriptors.rlim_cur = descriptors.rlim_max;
  if (::setrlimit(RLIMIT_NOFILE, &descriptors) != 0 && ::getrlimit(RLIMIT_NOFILE, &descriptors) != 0)
    return limits;
  const rlim_t others = std::min(kOthersMax, descriptors.rlim_cur / 2);
  limits.connections_max = std::min<std::size_t>(limits.connections_max, descriptors.rlim_cur - others);
  return limits;
}

}  // namespace ff::app
