#include "leadership/leader.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <utility>

#include "telemetry/log.h"

namespace ff::leadership {

std::string process_name(Random& random) {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return fmt::format("{}/{}/{:016x}", host.data(), ::getpid(), random.next());
}

Leader::Leader(LeaseStore& leases, Clock& clock, std::string task, std::string owner, LeaderSettings settings,
               telemetry::Registry& metrics)
    : leases_(leases),
      clock_(clock),
      task_(std::move(task)),
      owner_(std::move(owner)),
      settings_(settings),
      gauge_(metrics.gauge("ff_leader", "Whether this process leads a task that one does at a time",
                           {{"task", task_}})),
      changes_(metrics.counter("ff_leader_changes_total",
                               "Times that this process began or ceased to lead a task", {{"task", task_}})) {
}

Task<void> Leader::run() {
  while (!stopping_.load(std::memory_order_relaxed)) {
    co_await ask();
    co_await clock_.sleep_for(settings_.renew_every);
  }
}

Task<void> Leader::ask() {
  const Instant asked = clock_.now();
  Result<Lease> lease = co_await leases_.acquire(task_, owner_, settings_.lease_for);
  const bool ours = lease && lease->owner == owner_;
  if (ours) token_.store(lease->token, std::memory_order_relaxed);
  if (ours) until_us_.store((asked + settings_.lease_for).us, std::memory_order_relaxed);
  if (lease && !ours) until_us_.store(0, std::memory_order_relaxed);
  // Not answered: what was granted before still holds until it is over.
  const std::string holder = lease ? lease->owner : std::string();
  note(leading(), holder);
}

Task<Result<void>> Leader::resign() {
  until_us_.store(0, std::memory_order_relaxed);
  Result<void> released = co_await leases_.release(task_, owner_);
  note(false, std::string());
  co_return released;
}

void Leader::note(bool leads, const std::string& holder) {
  gauge_.set(leads ? 1 : 0);
  if (leads != led_) {
    changes_.add();
    led_ = leads;
    known_holder_ = holder;
    log::info("leadership", leads ? "this process leads now" : "this process leads no more",
              {{"task", task_}, {"holder", holder.empty() ? std::string_view("unknown") : holder}});
  } else if (!leads && !holder.empty() && holder != known_holder_) {
    known_holder_ = holder;
    log::info("leadership", "another process leads", {{"task", task_}, {"holder", holder}});
  }
}

}  // namespace ff::leadership
