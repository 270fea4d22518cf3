#include "app/webhook_commands.h"

#include <cstdio>

#include "app/open_store.h"
#include "app/run_task.h"
#include "http_client/target_policy.h"
#include "storage/sqlite/file_reads.h"
#include "webhooks/message.h"
#include "webhooks/signature.h"

namespace ff::app {
namespace {

constexpr std::int64_t kDeadLettersShownMax = 1000;

// Opens the store and runs `work(WebhookStore&)`, which returns a Result<void>.
template <typename Work>
Result<void> with_webhooks(const config::Options& options, Work&& work) {
  SystemClock clock;
  auto store = open_store(options, clock);
  if (!store) return tl::unexpected(store.error());
  return work((*store)->webhooks());
}

/// What is only read needs no leave to write: of a file by `of_file(path)`, else by
/// `of_store(WebhookStore&)`.
template <typename T, typename OfFile, typename OfStore>
Result<T> read_webhooks(const config::Options& options, OfFile&& of_file, OfStore&& of_store) {
  if (const auto path = storage::sqlite_path(options.database_url)) return of_file(*path);
  SystemClock clock;
  auto store = open_store(options, clock);
  if (!store) return tl::unexpected(store.error());
  return run_task(of_store((*store)->webhooks()));
}

}  // namespace

Result<void> list_webhooks(const config::Options& options) {
  const auto listed = read_webhooks<std::vector<webhooks::Listed>>(
      options, storage::read_sqlite_webhooks, [](webhooks::WebhookStore& store) { return store.list(); });
  if (!listed) return tl::unexpected(listed.error());
  for (const auto& [subscription, pending, dead] : *listed) {
    const std::string events = webhooks::join_events(subscription.events);
    std::printf("%lld  %s  %s  %s  waiting %lld  dead %lld%s%s\n",
                static_cast<long long>(subscription.id.value), subscription.url.c_str(),
                events.empty() ? "all events" : events.c_str(), subscription.enabled ? "enabled" : "disabled",
                static_cast<long long>(pending), static_cast<long long>(dead),
                subscription.disabled_reason.empty() ? "" : "  because ",
                subscription.disabled_reason.c_str());
  }
  if (listed->empty()) std::printf("no webhooks; add one: fashionforward webhooks add URL\n");
  return {};
}

Result<void> add_webhook(const config::Options& options, const NewWebhook& wanted) {
  if (auto ok = http_client::check_url(wanted.url, {options.webhooks.allow_private}); !ok) return ok;
  if (auto ok = webhooks::check_events(wanted.events); !ok) return ok;
  SecureRandom random;
  webhooks::Subscription subscription;
  subscription.url = wanted.url;
  subscription.events = wanted.events;
  subscription.secret = wanted.secret.empty() ? webhooks::make_secret(random) : wanted.secret;
  if (auto ok = webhooks::check_secret(subscription.secret); !ok) return ok;
  return with_webhooks(options, [&](webhooks::WebhookStore& store) -> Result<void> {
    const auto added = run_task(store.add(subscription));
    if (!added) return tl::unexpected(added.error());
    std::printf("added %lld; it hears of what happens from now on\n",
                static_cast<long long>(added->id.value));
    // The one time that it is shown: whoever verifies signatures needs it.
    if (wanted.secret.empty()) std::printf("secret %s\n", added->secret.c_str());
    return {};
  });
}

Result<void> remove_webhook(const config::Options& options, std::int64_t id) {
  return with_webhooks(options, [&](auto& store) { return run_task(store.remove({id})); });
}

Result<void> enable_webhook(const config::Options& options, std::int64_t id) {
  return with_webhooks(options, [&](auto& store) { return run_task(store.enable({id})); });
}

Result<void> list_dead_letters(const config::Options& options) {
  const auto letters = read_webhooks<std::vector<webhooks::Delivery>>(
      options,
      [](const std::string& path) { return storage::read_sqlite_dead_letters(path, kDeadLettersShownMax); },
      [](webhooks::WebhookStore& store) { return store.dead_letters(kDeadLettersShownMax); });
  if (!letters) return tl::unexpected(letters.error());
  for (const webhooks::Delivery& letter : *letters) {
    std::printf("%lld  webhook %lld  %s  order %s  sequence %d  %s  %d attempts  %s\n",
                static_cast<long long>(letter.id.value), static_cast<long long>(letter.subscription.value),
                letter.type.c_str(), letter.order.text().c_str(), letter.sequence,
                rfc3339(letter.event_at).c_str(), letter.attempts, letter.error.c_str());
  }
  if (letters->empty()) std::printf("no dead letters\n");
  return {};
}

Result<void> redeliver_webhook(const config::Options& options, std::int64_t id) {
  return with_webhooks(options, [&](auto& store) { return run_task(store.redeliver({id})); });
}

}  // namespace ff::app
