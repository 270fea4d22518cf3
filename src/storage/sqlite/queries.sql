-- The statements of the SQLite adapter, each under its name. storage/sqlite/queries.h finds them.

-- name: catalogue_version
SELECT version FROM catalogue WHERE id = 1;
-- name: catalogue_raise_version
UPDATE catalogue SET changes_from = max(CASE WHEN changes_to = version THEN changes_from ELSE version END, version + 1 - ?1),
                     version = version + 1, changes_to = version + 1
WHERE id = 1;
-- name: catalogue_forget_removed
DELETE FROM removed_products WHERE removed_at <= (SELECT changes_from FROM catalogue WHERE id = 1);
-- name: catalogue_known
SELECT version, changes_from, changes_to FROM catalogue WHERE id = 1;

-- name: products_all
SELECT id, document FROM products ORDER BY id;
-- name: products_by_handle
SELECT id, document FROM products WHERE handle = ?1;
-- name: products_insert
INSERT INTO products (handle, document) VALUES (?1, '');
-- name: products_update
UPDATE products SET document = ?2, changed_at = ?3 WHERE id = ?1;
-- name: products_touch
UPDATE products SET changed_at = ?2 WHERE id = ?1;
-- The second condition lets the index serve, which has none that never changed. Counted first: of too many none is read.
-- name: products_changed_count
SELECT count(*) FROM (SELECT 1 FROM products WHERE changed_at > ?1 AND changed_at > 0 LIMIT ?2) AS some_changed;
-- name: products_changed
SELECT id, document FROM products WHERE changed_at > ?1 AND changed_at > 0;
-- name: removed_insert
INSERT INTO removed_products (handle, removed_at) VALUES (?1, ?2)
ON CONFLICT (handle) DO UPDATE SET removed_at = excluded.removed_at;
-- Those that came again are products that changed.
-- name: removed_since
SELECT handle FROM removed_products AS r
WHERE removed_at > ?1 AND NOT EXISTS (SELECT 1 FROM products AS p WHERE p.handle = r.handle);
-- name: products_delete
DELETE FROM products WHERE id = ?1;

-- name: collections_all
SELECT id, document FROM collections ORDER BY id;
-- name: collections_by_handle
SELECT id, document FROM collections WHERE handle = ?1;
-- name: collections_insert
INSERT INTO collections (handle, document, changed_at) VALUES (?1, ?2, ?3);
-- name: collections_update
UPDATE collections SET document = ?2, changed_at = ?3 WHERE id = ?1;
-- name: collections_changed
SELECT id, document FROM collections WHERE changed_at > ?1;

-- name: stock_by_variant
SELECT variant, policy, received, available, held, sold FROM stock WHERE variant = ?1;
-- name: stock_tracked
SELECT variant, policy, received, available, held, sold FROM stock WHERE policy <> ?1 ORDER BY variant;
-- name: stock_insert
INSERT INTO stock (policy, received, available, held, sold) VALUES (?1, 0, 0, 0, 0);
-- name: stock_update
UPDATE stock SET policy = ?2, received = ?3, available = ?4, held = ?5, sold = ?6 WHERE variant = ?1;
-- name: stock_ledger_insert
INSERT INTO stock_ledger (variant, delta, reason, at) VALUES (?1, ?2, ?3, ?4);
-- name: stock_with_ledger_sum
SELECT s.variant, s.policy, s.received, s.available, s.held, s.sold, coalesce(l.total, 0)
FROM stock AS s LEFT JOIN (SELECT variant, sum(delta) AS total FROM stock_ledger GROUP BY variant) AS l USING (variant);

-- name: carts_by_id
SELECT version, updated_at, lines FROM carts WHERE id = ?1;
-- name: carts_put
INSERT INTO carts (id, version, updated_at, lines) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (id) DO UPDATE SET version = excluded.version, updated_at = excluded.updated_at, lines = excluded.lines;
-- name: carts_idle
SELECT id FROM carts WHERE updated_at < ?1 LIMIT ?2;
-- name: carts_delete_idle
DELETE FROM carts WHERE id = ?1 AND updated_at < ?2;

-- name: orders_insert
INSERT INTO orders (id, cart, idempotency_key, state, payment, version, attempt, holding, created_at, updated_at,
                    hold_expires_at, lease_expires_at, payment_reference, card_hint, reason, document)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
ON CONFLICT DO NOTHING;
-- name: orders_update
UPDATE orders SET state = ?2, payment = ?3, version = ?4, attempt = ?5, holding = ?6, updated_at = ?7,
                  lease_expires_at = ?8, payment_reference = ?9, card_hint = ?10, reason = ?11
WHERE number = ?1;
-- name: orders_update_document
UPDATE orders SET document = ?2 WHERE number = ?1;
-- name: orders_retire_key
UPDATE orders SET idempotency_key = ?2 WHERE number = ?1;
-- name: orders_by_id
SELECT * FROM orders WHERE id = ?1;
-- name: orders_by_key
SELECT * FROM orders WHERE cart = ?1 AND idempotency_key = ?2;
-- name: orders_overdue
SELECT * FROM orders WHERE state = 0 AND lease_expires_at <= ?1 ORDER BY lease_expires_at, number LIMIT ?2;
-- name: orders_captures_due
SELECT * FROM orders WHERE state = 1 AND payment = 1 ORDER BY number LIMIT ?1;
-- name: orders_all
SELECT * FROM orders ORDER BY number;

-- name: events_insert
INSERT INTO event_batches (at, events) VALUES (?1, ?2);
-- name: events_all
SELECT events FROM event_batches ORDER BY id;

-- name: leases_by_name
SELECT owner, token, expires_at FROM leases WHERE name = ?1;
-- name: leases_put
INSERT INTO leases (name, owner, token, expires_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, token = excluded.token, expires_at = excluded.expires_at;
-- name: leases_release
UPDATE leases SET expires_at = min(expires_at, ?3) WHERE name = ?1 AND owner = ?2;

-- name: write_check
INSERT INTO write_check (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = excluded.at;

-- A whole shop on its way to or from another store (storage/transfer.h): a chunk at a time, by key.
-- name: transfer_counters
SELECT (SELECT version FROM catalogue WHERE id = 1),
       max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'products'), 0), coalesce((SELECT max(id) FROM products), 0)),
       coalesce((SELECT max(variant) FROM stock), 0),
       max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'collections'), 0), coalesce((SELECT max(id) FROM collections), 0)),
       coalesce((SELECT max(number) FROM orders), 0);
-- name: transfer_count
SELECT (SELECT count(*) FROM products) + (SELECT count(*) FROM collections) + (SELECT count(*) FROM stock)
       + (SELECT count(*) FROM stock_ledger) + (SELECT count(*) FROM carts) + (SELECT count(*) FROM orders)
       + (SELECT count(*) FROM event_batches);
-- name: transfer_products
SELECT id, handle, document FROM products WHERE id > ?1 ORDER BY id LIMIT ?2;
-- name: transfer_collections
SELECT id, handle, document FROM collections WHERE id > ?1 ORDER BY id LIMIT ?2;
-- name: transfer_stock
SELECT variant, policy, received, available, held, sold FROM stock WHERE variant > ?1 ORDER BY variant LIMIT ?2;
-- name: transfer_ledger
SELECT id, variant, delta, at, reason FROM stock_ledger WHERE id > ?1 ORDER BY id LIMIT ?2;
-- name: transfer_carts
SELECT id, version, updated_at, lines FROM carts WHERE id > ?1 ORDER BY id LIMIT ?2;
-- name: transfer_orders
SELECT number, id, cart, idempotency_key, state, payment, version, attempt, holding, created_at, updated_at,
       hold_expires_at, lease_expires_at, payment_reference, card_hint, reason, document
FROM orders WHERE number > ?1 ORDER BY number LIMIT ?2;
-- name: transfer_events
SELECT id, at, events FROM event_batches WHERE id > ?1 ORDER BY id LIMIT ?2;
-- name: transfer_products_insert
INSERT INTO products (id, handle, document) VALUES (?1, ?2, ?3);
-- name: transfer_collections_insert
INSERT INTO collections (id, handle, document) VALUES (?1, ?2, ?3);
-- name: transfer_stock_insert
INSERT INTO stock (variant, policy, received, available, held, sold) VALUES (?1, ?2, ?3, ?4, ?5, ?6);
-- name: transfer_ledger_insert
INSERT INTO stock_ledger (id, variant, delta, at, reason) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: transfer_orders_insert
INSERT INTO orders (number, id, cart, idempotency_key, state, payment, version, attempt, holding, created_at, updated_at,
                    hold_expires_at, lease_expires_at, payment_reference, card_hint, reason, document)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17);
-- name: transfer_events_insert
INSERT INTO event_batches (id, at, events) VALUES (?1, ?2, ?3);
-- name: transfer_set_version
UPDATE catalogue SET version = ?1, changes_from = ?1, changes_to = ?1 WHERE id = 1;
-- name: transfer_forget_sequence
DELETE FROM sqlite_sequence WHERE name = ?1;
-- name: transfer_set_sequence
INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2);

-- name: purchases_of
SELECT coalesce(sum(p.units), 0) FROM purchases AS p JOIN orders AS o ON o.id = p.order_id
WHERE p.sale = ?1 AND p.shopper = ?2 AND o.state NOT IN (3, 4);  -- declined, cancelled
-- name: purchases_insert
INSERT INTO purchases (sale, shopper, order_id, units) VALUES (?1, ?2, ?3, ?4);
