-- serves: 0.1.0
--
-- Money is an integer of minor units, times are microseconds since 1970 (UTC), identifiers that leave the
-- house are uuids. What is read and written as one thing is one row: a product with its variants, a cart with
-- its lines, an order with its lines. Their documents are JSON: see storage/documents.h. They are text because
-- the server never looks inside: jsonb costs it a parse on the way in and a print on the way out.
--
-- Wide columns come first, so that no bytes are lost to alignment.

-- The counters give ids inside the transaction that uses them: applying a catalogue is serialised by this row
-- anyhow, and a dry run leaves no gaps.
CREATE TABLE catalogue (
  version         bigint NOT NULL,
  last_product    bigint NOT NULL,
  last_variant    bigint NOT NULL,
  last_collection bigint NOT NULL,
  id              smallint PRIMARY KEY CHECK (id = 1)
);
INSERT INTO catalogue VALUES (0, 0, 0, 0, 1);

CREATE TABLE products (
  id       bigint PRIMARY KEY,
  handle   text COLLATE "C" NOT NULL UNIQUE,
  document text NOT NULL
);

CREATE TABLE collections (
  id       bigint PRIMARY KEY,
  handle   text COLLATE "C" NOT NULL UNIQUE,
  document text NOT NULL
);

-- One row for every variant that ever was: orders may still hold or have sold what left the catalogue.
-- No column that moves is indexed and half of each page is free, so that each batch's update stays on its page
-- (HOT) and the versions before it are pruned in passing, without waiting for vacuum.
CREATE TABLE stock (
  variant   bigint PRIMARY KEY,
  received  bigint NOT NULL,
  available bigint NOT NULL,
  held      bigint NOT NULL CHECK (held >= 0),
  sold      bigint NOT NULL CHECK (sold >= 0),
  policy    smallint NOT NULL,
  CONSTRAINT stock_conserved CHECK (received = available + held + sold)  -- I1, whatever a release gets wrong
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0,
        autovacuum_analyze_scale_factor = 0.2);

-- Why `received` is what it is: one row per change of it.
CREATE TABLE stock_ledger (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  variant bigint NOT NULL,
  delta   bigint NOT NULL,
  at      bigint NOT NULL,
  reason  text NOT NULL
);

-- Only the key is indexed, so every change of a cart is HOT. Who looks for idle carts reads them all, off the
-- hot path.
CREATE TABLE carts (
  version    bigint NOT NULL,
  updated_at bigint NOT NULL,
  id         uuid PRIMARY KEY,
  lines      text NOT NULL
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- Taken a batch at a time, in the order in which orders were granted. Gaps are fine.
CREATE SEQUENCE order_numbers AS bigint;

-- What changes after an order was placed has a column; what never changes is in the document.
CREATE TABLE orders (
  number            bigint NOT NULL,
  created_at        bigint NOT NULL,
  updated_at        bigint NOT NULL,
  hold_expires_at   bigint NOT NULL,
  lease_expires_at  bigint NOT NULL,
  version           integer NOT NULL,
  attempt           integer NOT NULL,
  state             smallint NOT NULL,
  payment           smallint NOT NULL,
  holding           boolean NOT NULL,
  id                uuid NOT NULL,
  cart              uuid NOT NULL,
  idempotency_key   text COLLATE "C" NOT NULL,
  payment_reference text NOT NULL,
  card_hint         text NOT NULL,
  reason            text NOT NULL,
  document          text NOT NULL,
  CONSTRAINT orders_by_id PRIMARY KEY (id),
  -- I3. The key first: those that our own pages make are time-ordered, so that new ones fall on few pages.
  CONSTRAINT orders_by_key UNIQUE (idempotency_key, cart)
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05,
        autovacuum_analyze_scale_factor = 0.05);

-- Named by the query that each serves; they hold only the rows that it looks for.
CREATE INDEX orders_overdue ON orders (lease_expires_at) WHERE state = 0;
CREATE INDEX orders_captures_due ON orders (number) WHERE state = 1 AND payment = 1;

-- The outbox: one row per transaction, [[order id, sequence, type], ...] in `events`, all of that moment.
-- Never updated. In id order, each order's events are in sequence order. Ids commit out of order between
-- orders, so a reader goes only below the oldest transaction that still runs:
--   WHERE id > $1 AND xid < pg_snapshot_xmin(pg_current_snapshot()) ORDER BY id
CREATE TABLE event_batches (
  id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at     bigint NOT NULL,
  xid    xid8 NOT NULL DEFAULT pg_current_xact_id(),
  events text NOT NULL
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);

-- Written by the start-up probe, so that a database that can't be written is seen before a shopper sees it.
CREATE TABLE write_check (
  at bigint NOT NULL,
  id smallint PRIMARY KEY CHECK (id = 1)
) WITH (fillfactor = 50);
