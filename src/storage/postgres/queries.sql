-- The statements of the PostgreSQL adapter, each under its name. storage/postgres/queries.h finds them.
--
-- A batch is one statement over arrays. Columns are named everywhere: a prepared SELECT * stops working when
-- a migration adds a column. What changes rows locks them first, in the order of the adapter's header.

-- name: moment
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
-- name: moment_and_numbers
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, ARRAY(SELECT nextval('order_numbers') FROM generate_series(1, $1::bigint));

-- Something to write for who has read what another transaction wrote and is about to tell it. That may be seen
-- although it is not on the standby yet: its backend was ended while it waited for that. The end of a transaction that
-- wrote waits for everything before it.
-- name: confirm
SELECT pg_logical_emit_message(true, 'fashionforward', '');

-- name: catalogue_version
SELECT version FROM catalogue WHERE id = 1;
-- An import of a large catalogue has statements that take long, and thinks between them.
-- name: catalogue_settings
SELECT set_config('statement_timeout', '120s', true), set_config('idle_in_transaction_session_timeout', '120s', true),
       set_config('lock_timeout', '30s', true);
-- name: catalogue_lock
SELECT version, last_product, last_variant, last_collection FROM catalogue WHERE id = 1 FOR NO KEY UPDATE;
-- name: catalogue_update
UPDATE catalogue SET version = $1::bigint, last_product = $2::bigint, last_variant = $3::bigint,
                     last_collection = $4::bigint, changes_to = $1::bigint,
                     changes_from = greatest(CASE WHEN changes_to = version THEN changes_from ELSE version END, $1::bigint - $5::bigint)
WHERE id = 1;
-- name: catalogue_known
SELECT version, changes_from, changes_to FROM catalogue WHERE id = 1;
-- name: catalogue_forget_removed
DELETE FROM removed_products WHERE removed_at <= (SELECT changes_from FROM catalogue WHERE id = 1);
-- name: catalogue_notify
SELECT pg_notify('ff_catalogue', '');
-- name: catalogue_listen
LISTEN ff_catalogue;

-- name: products_cursor
DECLARE products_cursor NO SCROLL CURSOR FOR SELECT id, document FROM products ORDER BY id;
-- name: products_fetch
FETCH 1000 FROM products_cursor;
-- name: products_by_handles
SELECT id, handle, document FROM products WHERE handle = ANY ($1::text[]);
-- name: products_known
SELECT handle FROM products WHERE handle = ANY ($1::text[]);
-- name: products_insert
INSERT INTO products (id, handle, document, changed_at)
SELECT u.id, u.handle, u.document, $4::bigint FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u (id, handle, document);
-- name: products_touch
UPDATE products SET changed_at = $2::bigint WHERE id = ANY ($1::bigint[]);
-- The second condition lets the index serve, which has none that never changed. Counted first: of too many none is read.
-- name: products_changed_count
SELECT count(*) FROM (SELECT FROM products WHERE changed_at > $1::bigint AND changed_at > 0 LIMIT $2::bigint) AS some_changed;
-- name: products_changed
SELECT id, document FROM products WHERE changed_at > $1::bigint AND changed_at > 0;
-- name: removed_insert
INSERT INTO removed_products (handle, removed_at) SELECT u.handle, $2::bigint FROM unnest($1::text[]) AS u (handle)
ON CONFLICT (handle) DO UPDATE SET removed_at = excluded.removed_at;
-- Those that came again are products that changed.
-- name: removed_since
SELECT handle FROM removed_products AS r
WHERE removed_at > $1::bigint AND NOT EXISTS (SELECT FROM products AS p WHERE p.handle = r.handle);
-- name: products_update
UPDATE products AS p SET document = u.document, changed_at = $3::bigint
FROM unnest($1::bigint[], $2::text[]) AS u (id, document) WHERE p.id = u.id;
-- name: products_delete
DELETE FROM products WHERE id = ANY ($1::bigint[]);

-- name: collections_all
SELECT id, document FROM collections ORDER BY id;
-- name: collections_by_handles
SELECT id, handle, document FROM collections WHERE handle = ANY ($1::text[]);
-- name: collections_insert
INSERT INTO collections (id, handle, document, changed_at)
SELECT u.id, u.handle, u.document, $4::bigint FROM unnest($1::bigint[], $2::text[], $3::text[]) AS u (id, handle, document);
-- name: collections_changed
SELECT id, document FROM collections WHERE changed_at > $1::bigint;
-- name: collections_update
UPDATE collections AS c SET document = u.document, changed_at = $3::bigint
FROM unnest($1::bigint[], $2::text[]) AS u (id, document) WHERE c.id = u.id;

-- name: stock_by_variants
SELECT variant, policy, received, available, held, sold FROM stock WHERE variant = ANY ($1::bigint[]);
-- name: stock_lock
SELECT variant, policy, received, available, held, sold FROM stock
WHERE variant = ANY ($1::bigint[]) ORDER BY variant FOR NO KEY UPDATE;
-- name: stock_tracked
SELECT variant, policy, received, available, held, sold FROM stock WHERE policy <> 2 ORDER BY variant;
-- name: stock_position
SELECT greatest(max(id) - 1000, 0) FROM event_batches;
-- Ids commit out of order: what holds the position at a gap, and for how long, is storage/postgres/event_horizon.h.
-- What is behind the position is told again meanwhile. One statement: ids, variants and xmin are of one snapshot.
-- name: stock_changed_since
WITH batches AS (SELECT id, variants FROM event_batches WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint)
SELECT ARRAY(SELECT id FROM batches ORDER BY id), ARRAY(SELECT DISTINCT unnest(variants) FROM batches),
       pg_snapshot_xmin(pg_current_snapshot())::text::bigint;
-- name: stock_fence
SELECT pg_current_xact_id()::text::bigint;
-- name: stock_insert
INSERT INTO stock (variant, policy, received, available, held, sold)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[]);
-- name: stock_update
UPDATE stock AS s SET policy = u.policy, received = u.received, available = u.available, held = u.held,
                      sold = u.sold
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[])
     AS u (variant, policy, received, available, held, sold)
WHERE s.variant = u.variant;
-- name: stock_ledger_insert
INSERT INTO stock_ledger (variant, delta, reason, at)
SELECT u.variant, u.delta, u.reason, $4::bigint
FROM unnest($1::bigint[], $2::bigint[], $3::text[]) AS u (variant, delta, reason);
-- name: stock_audit_cursor
DECLARE stock_audit_cursor NO SCROLL CURSOR FOR
SELECT s.variant, s.policy, s.received, s.available, s.held, s.sold, coalesce(l.total, 0)::bigint
FROM stock AS s LEFT JOIN (SELECT variant, sum(delta) AS total FROM stock_ledger GROUP BY variant) AS l USING (variant);
-- name: stock_audit_fetch
FETCH 1000 FROM stock_audit_cursor;

-- name: carts_by_ids
SELECT id, version, updated_at, lines FROM carts WHERE id = ANY ($1::uuid[]);
-- name: carts_lock
SELECT id, version, updated_at, lines FROM carts WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE;
-- name: carts_insert
INSERT INTO carts (id, version, updated_at, lines)
SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]);
-- name: carts_update
UPDATE carts AS c SET version = u.version, updated_at = u.updated_at, lines = u.lines
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::text[]) AS u (id, version, updated_at, lines)
WHERE c.id = u.id;
-- name: carts_delete_idle
DELETE FROM carts WHERE id = ANY (ARRAY(  -- an array is made once; a subquery might be run again for each row
  SELECT id FROM carts WHERE updated_at < $1::bigint LIMIT $2::bigint FOR UPDATE SKIP LOCKED));

-- name: orders_insert
INSERT INTO orders (number, created_at, updated_at, hold_expires_at, lease_expires_at, version, attempt, state, payment, holding,
       id, cart, idempotency_key, payment_reference, card_hint, reason, document)
SELECT u.number, u.created_at, u.updated_at, u.hold_expires_at, u.lease_expires_at, u.version, u.attempt, u.state,
       u.payment, u.holding <> 0, u.id, u.cart, u.idempotency_key, u.payment_reference, u.card_hint, u.reason,
       u.document
FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::bigint[], $10::bigint[], $11::uuid[], $12::uuid[], $13::text[], $14::text[],
            $15::text[], $16::text[], $17::text[])
     AS u (number, created_at, updated_at, hold_expires_at, lease_expires_at, version, attempt, state, payment,
           holding, id, cart, idempotency_key, payment_reference, card_hint, reason, document);
-- name: orders_update
UPDATE orders AS o SET updated_at = u.updated_at, lease_expires_at = u.lease_expires_at, version = u.version,
                       attempt = u.attempt, state = u.state, payment = u.payment, holding = u.holding <> 0,
                       payment_reference = u.payment_reference, card_hint = u.card_hint, reason = u.reason
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[],
            $8::bigint[], $9::text[], $10::text[], $11::text[])
     AS u (id, updated_at, lease_expires_at, version, attempt, state, payment, holding, payment_reference,
           card_hint, reason)
WHERE o.id = u.id;
-- name: orders_update_document
UPDATE orders AS o SET document = u.document
FROM unnest($1::uuid[], $2::text[]) AS u (id, document) WHERE o.id = u.id;
-- name: orders_retire_key
UPDATE orders AS o SET idempotency_key = u.retired
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS u (id, idempotency_key, retired)
WHERE o.id = u.id AND o.idempotency_key = u.idempotency_key;
-- name: orders_by_ids
SELECT number, created_at, updated_at, hold_expires_at, lease_expires_at, version, attempt, state, payment, holding,
       id, cart, idempotency_key, payment_reference, card_hint, reason, document
FROM orders WHERE id = ANY ($1::uuid[]);
-- name: orders_lock
SELECT number, created_at, updated_at, hold_expires_at, lease_expires_at, version, attempt, state, payment, holding,
       id, cart, idempotency_key, payment_reference, card_hint, reason, document
FROM orders WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE;
-- name: orders_by_keys
SELECT o.number, o.created_at, o.updated_at, o.hold_expires_at, o.lease_expires_at, o.version, o.attempt,
       o.state, o.payment, o.holding, o.id, o.cart, o.idempotency_key, o.payment_reference, o.card_hint,
       o.reason, o.document
FROM unnest($1::text[], $2::uuid[]) AS k (idempotency_key, cart)
JOIN orders AS o ON o.idempotency_key = k.idempotency_key AND o.cart = k.cart;
-- name: orders_overdue
SELECT number, created_at, updated_at, hold_expires_at, lease_expires_at, version, attempt, state, payment, holding,
       id, cart, idempotency_key, payment_reference, card_hint, reason, document
FROM orders
WHERE state = 0
  AND lease_expires_at <= coalesce($1::bigint, (extract(epoch FROM statement_timestamp()) * 1000000)::bigint)
ORDER BY lease_expires_at, number LIMIT $2::bigint;
-- name: orders_captures_due
SELECT number, created_at, updated_at, hold_expires_at, lease_expires_at, version, attempt, state, payment, holding,
       id, cart, idempotency_key, payment_reference, card_hint, reason, document
FROM orders WHERE state = 1 AND payment = 1 ORDER BY number LIMIT $1::bigint;
-- name: orders_audit_cursor
DECLARE orders_audit_cursor NO SCROLL CURSOR FOR
SELECT number, created_at, updated_at, hold_expires_at, lease_expires_at, version, attempt, state, payment, holding,
       id, cart, idempotency_key, payment_reference, card_hint, reason, document
FROM orders;
-- name: orders_audit_fetch
FETCH 500 FROM orders_audit_cursor;

-- name: events_insert
INSERT INTO event_batches (at, events, variants) VALUES ($1::bigint, $2::text, $3::bigint[]);
-- name: events_audit_cursor
DECLARE events_audit_cursor NO SCROLL CURSOR FOR SELECT events FROM event_batches ORDER BY id;
-- name: events_audit_fetch
FETCH 200 FROM events_audit_cursor;

-- A snapshot that is read for minutes: no statement of it may be cut short, and its plans read whole tables.
-- name: audit_settings
SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
       set_config('enable_seqscan', 'on', true), set_config('enable_hashjoin', 'on', true),
       set_config('enable_mergejoin', 'on', true);

-- name: leases_by_name
SELECT owner, token, expires_at,
       expires_at <= coalesce($2::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
FROM leases WHERE name = $1::text;
-- The row is locked before its end is looked at, by a clock that has waited for that lock too.
-- name: leases_acquire
INSERT INTO leases AS l (name, owner, token, expires_at)
VALUES ($1::text, $2::text, 1, coalesce($4::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) + $3::bigint)
ON CONFLICT (name) DO UPDATE
SET owner = excluded.owner,
    token = CASE WHEN l.expires_at <= coalesce($4::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
                 THEN l.token + 1 ELSE l.token END,
    expires_at = coalesce($4::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) + $3::bigint
WHERE l.owner = excluded.owner
   OR l.expires_at <= coalesce($4::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
RETURNING owner, token, expires_at;
-- name: leases_release
UPDATE leases
SET expires_at = least(expires_at, coalesce($3::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint))
WHERE name = $1::text AND owner = $2::text;

-- name: write_check
INSERT INTO write_check (id, at) VALUES (1, coalesce($1::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint))
ON CONFLICT (id) DO UPDATE SET at = excluded.at;

-- A whole shop on its way to or from another store (storage/transfer.h): a chunk at a time, by key.
-- name: transfer_settings
SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true),
       set_config('lock_timeout', '10s', true);
-- name: transfer_lock
LOCK TABLE catalogue, products, collections, stock, stock_ledger, carts, orders, event_batches IN SHARE MODE;
-- name: transfer_lock_target
LOCK TABLE catalogue, products, collections, stock, stock_ledger, carts, orders, event_batches IN EXCLUSIVE MODE;
-- name: transfer_counters
SELECT version, last_product, last_variant, last_collection,
       (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM order_numbers)
FROM catalogue WHERE id = 1;
-- name: transfer_count
SELECT (SELECT count(*) FROM products) + (SELECT count(*) FROM collections) + (SELECT count(*) FROM stock)
       + (SELECT count(*) FROM stock_ledger) + (SELECT count(*) FROM carts) + (SELECT count(*) FROM orders)
       + (SELECT count(*) FROM event_batches);
-- name: transfer_products
SELECT id, handle, document FROM products WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint;
-- name: transfer_collections
SELECT id, handle, document FROM collections WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint;
-- name: transfer_stock
SELECT variant, policy, received, available, held, sold FROM stock WHERE variant > $1::bigint ORDER BY variant LIMIT $2::bigint;
-- name: transfer_ledger
SELECT id, variant, delta, at, reason FROM stock_ledger WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint;
-- name: transfer_carts
SELECT id, version, updated_at, lines FROM carts WHERE id > $1::uuid ORDER BY id LIMIT $2::bigint;
-- name: transfer_orders
SELECT number, created_at, updated_at, hold_expires_at, lease_expires_at, version, attempt, state, payment, holding,
       id, cart, idempotency_key, payment_reference, card_hint, reason, document
FROM orders WHERE id > $1::uuid ORDER BY id LIMIT $2::bigint;
-- name: transfer_events
SELECT id, at, events FROM event_batches WHERE id > $1::bigint ORDER BY id LIMIT $2::bigint;
-- name: transfer_set_counters
UPDATE catalogue SET version = $1::bigint, last_product = $2::bigint, last_variant = $3::bigint,
                     last_collection = $4::bigint, changes_from = $1::bigint, changes_to = $1::bigint
WHERE id = 1;
-- name: transfer_ledger_insert
INSERT INTO stock_ledger (id, variant, delta, at, reason) OVERRIDING SYSTEM VALUE
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::text[]);
-- name: transfer_events_insert
INSERT INTO event_batches (id, at, events) OVERRIDING SYSTEM VALUE
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[]);
-- name: transfer_set_sequences
SELECT setval('order_numbers', greatest($1::bigint, 1), $1::bigint > 0),
       setval(pg_get_serial_sequence('stock_ledger', 'id'), greatest((SELECT max(id) FROM stock_ledger), 1),
              EXISTS (SELECT FROM stock_ledger)),
       setval(pg_get_serial_sequence('event_batches', 'id'), greatest((SELECT max(id) FROM event_batches), 1),
              EXISTS (SELECT FROM event_batches));

-- Two batches of two processes must not both find room for the same shopper: whoever comes second waits here, and its
-- next statement sees what the first has committed. Before all other locks, in the order of their numbers, of which
-- there are 1024: so many locks may a batch take, and two shoppers with one number wait for each other and no more.
-- name: purchases_lock
SELECT pg_advisory_xact_lock(h)
FROM (SELECT DISTINCT hashtextextended(u.sale || ' ' || u.shopper, 0) & 1023 AS h
      FROM unnest($1::text[], $2::text[]) AS u (sale, shopper) ORDER BY h) AS hashes;
-- name: purchases_read
SELECT p.sale, p.shopper, sum(p.units)::bigint
FROM (SELECT DISTINCT sale, shopper FROM unnest($1::text[], $2::text[]) AS u (sale, shopper)) AS u
JOIN purchases AS p USING (sale, shopper)
JOIN orders AS o ON o.id = p.order_id AND o.state NOT IN (3, 4)  -- declined, cancelled
GROUP BY p.sale, p.shopper;
-- name: purchases_insert
INSERT INTO purchases (sale, shopper, order_id, units)
SELECT * FROM unnest($1::text[], $2::text[], $3::uuid[], $4::bigint[]);
