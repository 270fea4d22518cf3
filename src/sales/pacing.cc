#include "sales/pacing.h"

#include <algorithm>

namespace ff::sales {
namespace {

double target_rate(const SaleSettings& settings, double capacity) {
  const double takes = kCapacityPart * (capacity > 0 ? capacity : kUnknownCapacity);
  return settings.rate_max > 0 ? std::min(settings.rate_max, takes) : takes;
}

double next_rate(const SaleSettings& settings, double rate, const Moment& moment) {
  const double target = target_rate(settings, moment.capacity_per_second);
  const bool refusing = moment.refusing_for > Duration(0);
  const bool is_new = rate <= 0;
  if (is_new) rate = target_rate(settings, moment.capacity_of_one);
  const double next = refusing ? rate / 2 : is_new ? rate : rate * kRecovery;
  return std::min(std::max(next, kRateMin), target);
}

QueueState opened(const QueueState& queue, const Moment& moment) {
  QueueState next;
  next.open = true;
  next.epoch = queue.epoch + 1;
  next.opened_at = moment.now;
  next.moved_at = moment.now;
  return next;
}

}  // namespace

std::optional<QueueState> step(const SaleSettings& settings, const QueueState& queue, const Moment& moment) {
  if (settings.queue == Queue::kOff || settings.over(moment.now) || moment.now < settings.starts_at)
    return std::nullopt;
  QueueState next = queue;
  if (!queue.open) {
    if (settings.queue != Queue::kAuto || moment.refusing_for < settings.auto_after) return std::nullopt;
    next = opened(queue, moment);
  } else if (moment.now < queue.opened_at) {
    return std::nullopt;
  } else {
    const auto length = static_cast<double>(moment.line_length);
    const bool quiet = moment.quiet_for >= kQuietFor && moment.now - queue.opened_at >= kQuietFor;
    if (settings.queue == Queue::kAuto && queue.frontier >= length && quiet) {
      next.open = false;
    } else {
      next.rate = next_rate(settings, queue.rate, moment);
      const Duration elapsed =
          std::clamp(std::min(moment.elapsed, moment.now - queue.opened_at), Duration(0), kStepMax);
      const double moved = queue.frontier + next.rate * std::chrono::duration<double>(elapsed).count();
      next.frontier = std::max(queue.frontier, std::min(moved, length));
      if (next.frontier == queue.frontier && next.rate == queue.rate) return std::nullopt;
      next.moved_at = moment.now;
    }
  }
  next.token = moment.token;
  next.version = queue.version;
  return next;
}

}  // namespace ff::sales
