-- The statements of storage/postgres/webhook_rows.cc.

-- name: webhooks_subscriptions
SELECT id, url, secret, events, enabled, disabled_reason, created_at, cursor, revision, owner, fence, lease_expires_at
FROM webhook_subscriptions ORDER BY id;
-- name: webhooks_subscriptions_lock
SELECT id, url, secret, events, enabled, disabled_reason, created_at, cursor, revision, owner, fence, lease_expires_at
FROM webhook_subscriptions ORDER BY id FOR NO KEY UPDATE;
-- name: webhooks_subscription_lock
SELECT fence FROM webhook_subscriptions WHERE id = $1::bigint FOR NO KEY UPDATE;
-- Two that are added at once are counted one after the other.
-- name: webhooks_table_lock
LOCK TABLE webhook_subscriptions IN SHARE ROW EXCLUSIVE MODE;
-- name: webhooks_subscriptions_insert
INSERT INTO webhook_subscriptions (created_at, cursor, revision, fence, lease_expires_at, enabled, owner, url, secret, events,
                                   disabled_reason)
SELECT coalesce($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint),
       (SELECT coalesce(max(id), 0) FROM event_batches), 0, 0, 0, true, '', $2::text, $3::text, $4::text, ''
WHERE (SELECT count(*) FROM webhook_subscriptions) < $5::bigint
RETURNING id, created_at, cursor;
-- name: webhooks_subscriptions_delete
DELETE FROM webhook_subscriptions WHERE id = $1::bigint;
-- name: webhooks_subscriptions_enable
UPDATE webhook_subscriptions SET enabled = true, disabled_reason = '' WHERE id = $1::bigint;
-- name: webhooks_subscriptions_disable
UPDATE webhook_subscriptions SET enabled = false, disabled_reason = $2::text, owner = '', lease_expires_at = 0
WHERE id = $1::bigint;
-- name: webhooks_subscriptions_lease
UPDATE webhook_subscriptions AS s SET owner = $4::text, fence = u.fence, lease_expires_at = u.lease_expires_at
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) AS u (id, fence, lease_expires_at) WHERE s.id = u.id;
-- name: webhooks_subscriptions_release
UPDATE webhook_subscriptions SET owner = '', lease_expires_at = 0 WHERE id = $1::bigint AND fence = $2::bigint;
-- name: webhooks_subscriptions_leave
UPDATE webhook_subscriptions SET owner = '', lease_expires_at = 0 WHERE owner = $1::text;
-- name: webhooks_subscriptions_advance
UPDATE webhook_subscriptions SET cursor = $2::bigint WHERE id = $1::bigint;
-- name: webhooks_subscriptions_revise
UPDATE webhook_subscriptions SET revision = revision + 1 WHERE id = $1::bigint;

-- name: webhooks_owners
SELECT owner, seen_at FROM webhook_owners;
-- name: webhooks_owners_put
INSERT INTO webhook_owners (owner, seen_at) VALUES ($1::text, $2::bigint)
ON CONFLICT (owner) DO UPDATE SET seen_at = excluded.seen_at;
-- name: webhooks_owners_delete
DELETE FROM webhook_owners WHERE owner = ANY ($1::text[]);

-- name: webhooks_events_after
SELECT id, at, events, pg_snapshot_xmin(pg_current_snapshot())::text::bigint
FROM event_batches WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint;
-- name: webhooks_fence
SELECT pg_current_xact_id()::text::bigint;

-- name: webhooks_deliveries_pending
SELECT id, subscription, order_id, sequence, type, body, event_at, attempts, next_attempt_at, dead, error
FROM webhook_deliveries WHERE subscription = $1::bigint AND NOT dead ORDER BY order_id, sequence;
-- name: webhooks_deliveries_dead
SELECT id, subscription, order_id, sequence, type, body, event_at, attempts, next_attempt_at, dead, error
FROM webhook_deliveries WHERE dead ORDER BY id LIMIT $1::bigint;
-- name: webhooks_deliveries_counts
SELECT subscription, count(*) FILTER (WHERE NOT dead), count(*) FILTER (WHERE dead)
FROM webhook_deliveries GROUP BY subscription;
-- name: webhooks_deliveries_put
INSERT INTO webhook_deliveries (subscription, order_id, sequence, type, body, event_at, attempts, next_attempt_at, dead, error)
SELECT $1::bigint, u.order_id, u.sequence, u.type, u.body, u.event_at, u.attempts, u.next_attempt_at, u.dead <> 0, u.error
FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[],
            $10::text[])
     AS u (order_id, sequence, type, body, event_at, attempts, next_attempt_at, dead, error)
ON CONFLICT (subscription, order_id, sequence) DO UPDATE SET attempts = excluded.attempts,
  next_attempt_at = excluded.next_attempt_at, dead = excluded.dead, error = excluded.error;
-- name: webhooks_deliveries_delete
DELETE FROM webhook_deliveries AS d USING unnest($2::uuid[], $3::bigint[]) AS u (order_id, sequence)
WHERE d.subscription = $1::bigint AND d.order_id = u.order_id AND d.sequence = u.sequence;
-- name: webhooks_deliveries_delete_all
DELETE FROM webhook_deliveries WHERE subscription = $1::bigint;
-- name: webhooks_deliveries_owner
SELECT subscription FROM webhook_deliveries WHERE id = $1::bigint AND dead;
-- name: webhooks_deliveries_revive
UPDATE webhook_deliveries SET dead = false, attempts = 0, next_attempt_at = 0 WHERE id = $1::bigint AND dead;
-- What is dead is tried no more: the time of its next attempt stands at when it was given up.
-- name: webhooks_deliveries_delete_dead
DELETE FROM webhook_deliveries WHERE id = ANY (ARRAY(  -- made once, and what another process removes is left to it
  SELECT id FROM webhook_deliveries WHERE dead AND next_attempt_at < $1::bigint ORDER BY id LIMIT $2::bigint
  FOR UPDATE SKIP LOCKED));
