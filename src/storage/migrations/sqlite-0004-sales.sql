-- serves: 0.1.0
--
-- Sales and the queues before checkout. Places and rates are in millionths; secrets are hex.
CREATE TABLE sales (
  id              TEXT PRIMARY KEY,
  title           TEXT NOT NULL,
  products        TEXT NOT NULL,  -- handles, one a line; empty: the whole shop
  starts_at       INTEGER NOT NULL,
  ends_at         INTEGER NOT NULL,
  per_shopper_max INTEGER NOT NULL,
  queue           INTEGER NOT NULL,  -- 0 off, 1 on, 2 auto
  auto_after      INTEGER NOT NULL,
  pass_for        INTEGER NOT NULL,
  rate_max        INTEGER NOT NULL,
  version         INTEGER NOT NULL,
  seed            TEXT NOT NULL,
  signing_key     TEXT NOT NULL,
  queue_open      INTEGER NOT NULL,
  epoch           INTEGER NOT NULL,
  opened_at       INTEGER NOT NULL,
  frontier        INTEGER NOT NULL,
  rate            INTEGER NOT NULL,
  moved_at        INTEGER NOT NULL,
  token           INTEGER NOT NULL,  -- of the lease that moved it last
  queue_version   INTEGER NOT NULL
) STRICT;

-- Tickets that each process gave out, in all: written again with each report.
CREATE TABLE sale_arrivals (
  sale    TEXT NOT NULL,
  epoch   INTEGER NOT NULL,
  bucket  INTEGER NOT NULL,
  process TEXT NOT NULL,
  tickets INTEGER NOT NULL,
  PRIMARY KEY (sale, epoch, bucket, process)
) STRICT, WITHOUT ROWID;

-- What each process says of its checkout.
CREATE TABLE sale_processes (
  process        TEXT PRIMARY KEY,
  seen_at        INTEGER NOT NULL,
  capacity       INTEGER NOT NULL,  -- orders a second, in millionths; 0: not known
  refusing_since INTEGER NOT NULL   -- 0: it does not refuse
) STRICT, WITHOUT ROWID;

-- Tickets that were exchanged: one cart each.
CREATE TABLE sale_passes (
  sale       TEXT NOT NULL,
  ticket     BLOB NOT NULL,
  epoch      INTEGER NOT NULL,
  cart       BLOB NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (sale, ticket)
) STRICT, WITHOUT ROWID;
