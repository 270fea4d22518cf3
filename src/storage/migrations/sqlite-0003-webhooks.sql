-- serves: 0.1.0
--
-- Who is told of events, how far each has come in event_batches, and what it is still to get. The ids are never
-- used again: metrics and people's notes name them.
CREATE TABLE webhook_subscriptions (
  id               INTEGER PRIMARY KEY AUTOINCREMENT,
  url              TEXT NOT NULL,
  secret           TEXT NOT NULL,
  events           TEXT NOT NULL,  -- "order.paid,order.captured"; empty: all
  enabled          INTEGER NOT NULL,
  disabled_reason  TEXT NOT NULL,
  created_at       INTEGER NOT NULL,
  cursor           INTEGER NOT NULL,  -- of event_batches
  revision         INTEGER NOT NULL,
  owner            TEXT NOT NULL,
  fence            INTEGER NOT NULL,  -- grows with each change of owner
  lease_expires_at INTEGER NOT NULL
) STRICT;

-- The processes that deliver, and when each was last heard of: they share the subscriptions.
CREATE TABLE webhook_owners (
  owner   TEXT PRIMARY KEY,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Only what was not delivered at once.
CREATE TABLE webhook_deliveries (
  id              INTEGER PRIMARY KEY AUTOINCREMENT,
  subscription    INTEGER NOT NULL,
  order_id        BLOB NOT NULL,
  sequence        INTEGER NOT NULL,
  type            TEXT NOT NULL,
  body            TEXT NOT NULL,
  event_at        INTEGER NOT NULL,
  attempts        INTEGER NOT NULL,
  next_attempt_at INTEGER NOT NULL,
  dead            INTEGER NOT NULL,
  error           TEXT NOT NULL,
  UNIQUE (subscription, order_id, sequence)
) STRICT;
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (id) WHERE dead = 1;
