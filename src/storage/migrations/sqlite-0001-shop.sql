-- serves: 0.1.0
--
-- Money is an integer of minor units, times are microseconds since 1970 (UTC), identifiers that leave the
-- house are 16 bytes. What is read and written as one thing is one row: a product with its variants, a cart
-- with its lines, an order with its lines. Their documents are JSON: see storage/documents.h.

CREATE TABLE catalogue (
  id      INTEGER PRIMARY KEY CHECK (id = 1),
  version INTEGER NOT NULL
) STRICT;
INSERT INTO catalogue VALUES (1, 0);

CREATE TABLE products (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  handle   TEXT NOT NULL UNIQUE,
  document TEXT NOT NULL
) STRICT;

CREATE TABLE collections (
  id       INTEGER PRIMARY KEY AUTOINCREMENT,
  handle   TEXT NOT NULL UNIQUE,
  document TEXT NOT NULL
) STRICT;

-- One row for every variant that ever was: orders may still hold or have sold what left the catalogue.
CREATE TABLE stock (
  variant   INTEGER PRIMARY KEY,
  policy    INTEGER NOT NULL,
  received  INTEGER NOT NULL,
  available INTEGER NOT NULL,
  held      INTEGER NOT NULL CHECK (held >= 0),
  sold      INTEGER NOT NULL CHECK (sold >= 0),
  CHECK (received = available + held + sold)  -- I1, whatever a future release gets wrong
) STRICT;

-- Why `received` is what it is.
CREATE TABLE stock_ledger (
  id      INTEGER PRIMARY KEY,
  variant INTEGER NOT NULL,
  delta   INTEGER NOT NULL,
  reason  TEXT NOT NULL,
  at      INTEGER NOT NULL
) STRICT;

CREATE TABLE carts (
  id         BLOB NOT NULL PRIMARY KEY,
  version    INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  lines      TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What changes after an order was placed has a column; what never changes is in the document.
CREATE TABLE orders (
  number            INTEGER PRIMARY KEY,
  id                BLOB NOT NULL UNIQUE,
  cart              BLOB NOT NULL,
  idempotency_key   TEXT NOT NULL,
  state             INTEGER NOT NULL,
  payment           INTEGER NOT NULL,
  version           INTEGER NOT NULL,
  attempt           INTEGER NOT NULL,
  holding           INTEGER NOT NULL,
  created_at        INTEGER NOT NULL,
  updated_at        INTEGER NOT NULL,
  hold_expires_at   INTEGER NOT NULL,
  lease_expires_at  INTEGER NOT NULL,
  payment_reference TEXT NOT NULL,
  card_hint         TEXT NOT NULL,
  reason            TEXT NOT NULL,
  document          TEXT NOT NULL,
  -- I3. The key first: those that our own pages make are time-ordered, so that new ones fall on few pages.
  UNIQUE (idempotency_key, cart)
) STRICT;

-- Named by the query that each serves; they hold only the rows that it looks for.
CREATE INDEX orders_overdue ON orders (lease_expires_at) WHERE state = 0;
CREATE INDEX orders_captures_due ON orders (number) WHERE state = 1 AND payment = 1;

-- The outbox: one row per transaction, [[order id, sequence, type], ...] in `events`, all of that moment.
-- Never updated. In id order, each order's events are in sequence order.
CREATE TABLE event_batches (
  id     INTEGER PRIMARY KEY,
  at     INTEGER NOT NULL,
  events TEXT NOT NULL
) STRICT;

-- Written by the start-up probe, so that a database that can't be written is seen before a shopper sees it.
CREATE TABLE write_check (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  at INTEGER NOT NULL
) STRICT;
