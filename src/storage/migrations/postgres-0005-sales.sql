-- serves: 0.1.0
--
-- Sales and the queues before checkout. Places and rates are in millionths; secrets are hex. A row of sales is
-- written each second while its queue moves: room for updates in place.
CREATE TABLE sales (
  starts_at       bigint NOT NULL,
  ends_at         bigint NOT NULL,
  per_shopper_max bigint NOT NULL,
  queue           bigint NOT NULL,  -- 0 off, 1 on, 2 auto
  auto_after      bigint NOT NULL,
  pass_for        bigint NOT NULL,
  rate_max        bigint NOT NULL,
  version         bigint NOT NULL,
  queue_open      bigint NOT NULL,
  epoch           bigint NOT NULL,
  opened_at       bigint NOT NULL,
  frontier        bigint NOT NULL,
  rate            bigint NOT NULL,
  moved_at        bigint NOT NULL,
  token           bigint NOT NULL,  -- of the lease that moved it last
  queue_version   bigint NOT NULL,
  id              text COLLATE "C" PRIMARY KEY,
  title           text NOT NULL,
  products        text NOT NULL,  -- handles, one a line; empty: the whole shop
  seed            text NOT NULL,
  signing_key     text NOT NULL
) WITH (fillfactor = 30);

-- Tickets that each process gave out, in all: written again with each report, by that process alone.
CREATE TABLE sale_arrivals (
  epoch   bigint NOT NULL,
  bucket  bigint NOT NULL,
  tickets bigint NOT NULL,
  sale    text COLLATE "C" NOT NULL REFERENCES sales (id) ON DELETE CASCADE,
  process text COLLATE "C" NOT NULL,
  PRIMARY KEY (sale, epoch, bucket, process)
) WITH (fillfactor = 70);

-- What each process says of its checkout.
CREATE TABLE sale_processes (
  seen_at        bigint NOT NULL,
  capacity       bigint NOT NULL,  -- orders a second, in millionths; 0: not known
  refusing_since bigint NOT NULL,  -- 0: it does not refuse
  process        text COLLATE "C" PRIMARY KEY
) WITH (fillfactor = 50);

-- Tickets that were exchanged: one cart each.
CREATE TABLE sale_passes (
  epoch      bigint NOT NULL,
  expires_at bigint NOT NULL,
  ticket     uuid NOT NULL,
  cart       uuid NOT NULL,
  sale       text COLLATE "C" NOT NULL REFERENCES sales (id) ON DELETE CASCADE,
  PRIMARY KEY (sale, ticket)
);
