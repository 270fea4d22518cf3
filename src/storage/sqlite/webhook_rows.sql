-- The statements of storage/sqlite/webhook_rows.cc.

-- name: subscriptions
SELECT id, url, secret, events, enabled, disabled_reason, created_at, cursor, revision, owner, fence, lease_expires_at
FROM webhook_subscriptions ORDER BY id;
-- name: subscriptions_count
SELECT count(*) FROM webhook_subscriptions;
-- name: subscriptions_insert
INSERT INTO webhook_subscriptions (url, secret, events, enabled, disabled_reason, created_at, cursor, revision, owner, fence,
                                   lease_expires_at)
VALUES (?1, ?2, ?3, 1, '', ?4, ?5, 0, '', 0, 0);
-- name: subscriptions_delete
DELETE FROM webhook_subscriptions WHERE id = ?1;
-- name: subscriptions_enable
UPDATE webhook_subscriptions SET enabled = 1, disabled_reason = '' WHERE id = ?1;
-- name: subscriptions_disable
UPDATE webhook_subscriptions SET enabled = 0, disabled_reason = ?2, owner = '', lease_expires_at = 0 WHERE id = ?1;
-- name: subscriptions_lease
UPDATE webhook_subscriptions SET owner = ?2, fence = ?3, lease_expires_at = ?4 WHERE id = ?1;
-- name: subscriptions_release
UPDATE webhook_subscriptions SET owner = '', lease_expires_at = 0 WHERE id = ?1 AND fence = ?2;
-- name: subscriptions_leave
UPDATE webhook_subscriptions SET owner = '', lease_expires_at = 0 WHERE owner = ?1;
-- name: subscriptions_advance
UPDATE webhook_subscriptions SET cursor = ?3 WHERE id = ?1 AND fence = ?2;
-- name: subscriptions_revise
UPDATE webhook_subscriptions SET revision = revision + 1 WHERE id = ?1;

-- name: owners
SELECT owner, seen_at FROM webhook_owners;
-- name: owners_put
INSERT INTO webhook_owners (owner, seen_at) VALUES (?1, ?2) ON CONFLICT (owner) DO UPDATE SET seen_at = excluded.seen_at;
-- name: owners_delete
DELETE FROM webhook_owners WHERE owner = ?1;

-- name: events_last
SELECT coalesce(max(id), 0) FROM event_batches;
-- name: events_after
SELECT id, at, events FROM event_batches WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: deliveries_pending
SELECT id, subscription, order_id, sequence, type, body, event_at, attempts, next_attempt_at, dead, error
FROM webhook_deliveries WHERE subscription = ?1 AND dead = 0 ORDER BY order_id, sequence;
-- name: deliveries_dead
SELECT id, subscription, order_id, sequence, type, body, event_at, attempts, next_attempt_at, dead, error
FROM webhook_deliveries WHERE dead = 1 ORDER BY id LIMIT ?1;
-- name: deliveries_counts
SELECT subscription, sum(dead = 0), sum(dead = 1) FROM webhook_deliveries GROUP BY subscription;
-- name: deliveries_put
INSERT INTO webhook_deliveries (subscription, order_id, sequence, type, body, event_at, attempts, next_attempt_at, dead, error)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (subscription, order_id, sequence) DO UPDATE SET attempts = excluded.attempts,
  next_attempt_at = excluded.next_attempt_at, dead = excluded.dead, error = excluded.error;
-- name: deliveries_delete
DELETE FROM webhook_deliveries WHERE subscription = ?1 AND order_id = ?2 AND sequence = ?3;
-- name: deliveries_delete_all
DELETE FROM webhook_deliveries WHERE subscription = ?1;
-- name: deliveries_revive
UPDATE webhook_deliveries SET dead = 0, attempts = 0, next_attempt_at = 0 WHERE id = ?1 AND dead = 1 RETURNING subscription;
-- What is dead is tried no more: the time of its next attempt stands at when it was given up.
-- name: deliveries_delete_dead
DELETE FROM webhook_deliveries
WHERE id IN (SELECT id FROM webhook_deliveries WHERE dead = 1 AND next_attempt_at < ?1 ORDER BY id LIMIT ?2);
