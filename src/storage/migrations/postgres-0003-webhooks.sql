-- serves: 0.1.0
--
-- Who is told of events, how far each has come in event_batches, and what it is still to get. Rows of
-- subscriptions are locked in id order, before their deliveries.
CREATE TABLE webhook_subscriptions (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  created_at       bigint NOT NULL,
  cursor           bigint NOT NULL,  -- of event_batches
  revision         bigint NOT NULL,
  fence            bigint NOT NULL,  -- grows with each change of owner
  lease_expires_at bigint NOT NULL,
  enabled          boolean NOT NULL,
  owner            text NOT NULL,
  url              text NOT NULL,
  secret           text NOT NULL,
  events           text NOT NULL,  -- "order.paid,order.captured"; empty: all
  disabled_reason  text NOT NULL
) WITH (fillfactor = 50);

-- The processes that deliver, and when each was last heard of: they share the subscriptions.
CREATE TABLE webhook_owners (
  seen_at bigint NOT NULL,
  owner   text COLLATE "C" PRIMARY KEY
) WITH (fillfactor = 50);

-- Only what was not delivered at once.
CREATE TABLE webhook_deliveries (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  subscription    bigint NOT NULL,
  event_at        bigint NOT NULL,
  next_attempt_at bigint NOT NULL,
  sequence        integer NOT NULL,
  attempts        integer NOT NULL,
  dead            boolean NOT NULL,
  order_id        uuid NOT NULL,
  type            text NOT NULL,
  body            text NOT NULL,
  error           text NOT NULL,
  CONSTRAINT webhook_deliveries_by_event UNIQUE (subscription, order_id, sequence)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (id) WHERE dead;
