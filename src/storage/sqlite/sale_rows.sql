-- The statements of storage/sqlite/sale_rows.cc.

-- name: sales
SELECT id, title, products, starts_at, ends_at, per_shopper_max, queue, auto_after, pass_for, rate_max, version, seed, signing_key,
       queue_open, epoch, opened_at, frontier, rate, moved_at, token, queue_version
FROM sales ORDER BY id;
-- name: sales_put
INSERT INTO sales (id, title, products, starts_at, ends_at, per_shopper_max, queue, auto_after, pass_for, rate_max, version, seed,
                   signing_key, queue_open, epoch, opened_at, frontier, rate, moved_at, token, queue_version)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, products = excluded.products, starts_at = excluded.starts_at,
  ends_at = excluded.ends_at, per_shopper_max = excluded.per_shopper_max, queue = excluded.queue,
  auto_after = excluded.auto_after, pass_for = excluded.pass_for, rate_max = excluded.rate_max, version = excluded.version,
  queue_open = excluded.queue_open, epoch = excluded.epoch, opened_at = excluded.opened_at, frontier = excluded.frontier,
  rate = excluded.rate, moved_at = excluded.moved_at, token = excluded.token, queue_version = excluded.queue_version;
-- name: sales_delete
DELETE FROM sales WHERE id = ?1;
-- name: sales_change_queue
UPDATE sales SET queue_open = ?4, epoch = ?5, opened_at = ?6, frontier = ?7, rate = ?8, moved_at = ?9, token = ?3,
                 queue_version = queue_version + 1
WHERE id = ?1 AND queue_version = ?2 AND token <= ?3;

-- name: arrivals_since
SELECT bucket, sum(tickets) FROM sale_arrivals WHERE sale = ?1 AND epoch = ?2 AND bucket >= ?3 GROUP BY bucket ORDER BY bucket;
-- name: arrivals_put
INSERT INTO sale_arrivals (sale, epoch, bucket, process, tickets)
SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM sales WHERE id = ?1)
ON CONFLICT (sale, epoch, bucket, process) DO UPDATE SET tickets = max(tickets, excluded.tickets);
-- name: arrivals_delete
DELETE FROM sale_arrivals WHERE sale = ?1;
-- name: arrivals_forget
DELETE FROM sale_arrivals
WHERE NOT EXISTS (SELECT 1 FROM sales AS s WHERE s.id = sale_arrivals.sale AND s.ends_at >= ?1 AND s.epoch <= sale_arrivals.epoch);

-- name: processes_put
INSERT INTO sale_processes (process, seen_at, capacity, refusing_since) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (process) DO UPDATE SET seen_at = excluded.seen_at, capacity = excluded.capacity,
  refusing_since = excluded.refusing_since;
-- name: processes_since
SELECT process, capacity, refusing_since, seen_at FROM sale_processes WHERE seen_at > ?1 ORDER BY process;
-- name: processes_forget
DELETE FROM sale_processes WHERE seen_at < ?1;

-- name: passes_insert
INSERT INTO sale_passes (sale, ticket, epoch, cart, expires_at)
SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS (SELECT 1 FROM sales WHERE id = ?1)
ON CONFLICT (sale, ticket) DO NOTHING;
-- name: passes_by_ticket
SELECT cart, expires_at FROM sale_passes WHERE sale = ?1 AND ticket = ?2;
-- name: passes_delete
DELETE FROM sale_passes WHERE sale = ?1;
-- name: passes_forget
DELETE FROM sale_passes
WHERE expires_at < ?2
  AND NOT EXISTS (SELECT 1 FROM sales AS s WHERE s.id = sale_passes.sale AND s.ends_at >= ?1 AND s.epoch <= sale_passes.epoch);

-- name: purchases_delete
DELETE FROM purchases WHERE sale = ?1;
-- What shoppers had of a sale matters while it may be ordered from.
-- name: purchases_forget
DELETE FROM purchases WHERE NOT EXISTS (SELECT 1 FROM sales AS s WHERE s.id = purchases.sale AND s.ends_at >= ?1);
