-- The statements of storage/postgres/sale_rows.cc.

-- name: sales_all
SELECT id, title, products, starts_at, ends_at, per_shopper_max, queue, auto_after, pass_for, rate_max, version, seed, signing_key,
       queue_open, epoch, opened_at, frontier, rate, moved_at, token, queue_version
FROM sales ORDER BY id;
-- Two that are added at once are counted one after the other.
-- name: sales_table_lock
LOCK TABLE sales IN SHARE ROW EXCLUSIVE MODE;
-- name: sales_put
INSERT INTO sales (id, title, products, starts_at, ends_at, per_shopper_max, queue, auto_after, pass_for, rate_max, version, seed,
                   signing_key, queue_open, epoch, opened_at, frontier, rate, moved_at, token, queue_version)
VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::bigint, $8::bigint, $9::bigint, $10::bigint,
        $11::bigint, $12::text, $13::text, $14::bigint, $15::bigint, $16::bigint, $17::bigint, $18::bigint, $19::bigint,
        $20::bigint, $21::bigint)
ON CONFLICT (id) DO UPDATE SET title = excluded.title, products = excluded.products, starts_at = excluded.starts_at,
  ends_at = excluded.ends_at, per_shopper_max = excluded.per_shopper_max, queue = excluded.queue,
  auto_after = excluded.auto_after, pass_for = excluded.pass_for, rate_max = excluded.rate_max, version = excluded.version,
  queue_open = excluded.queue_open, epoch = excluded.epoch, opened_at = excluded.opened_at, frontier = excluded.frontier,
  rate = excluded.rate, moved_at = excluded.moved_at, token = excluded.token, queue_version = excluded.queue_version;
-- Lines and passes go by their references.
-- name: sales_delete
WITH bought AS (DELETE FROM purchases WHERE sale = $1::text)
DELETE FROM sales WHERE id = $1::text;
-- name: sales_change_queue
UPDATE sales SET queue_open = $4::bigint, epoch = $5::bigint, opened_at = $6::bigint, frontier = $7::bigint, rate = $8::bigint,
                 moved_at = $9::bigint, token = $3::bigint, queue_version = queue_version + 1
WHERE id = $1::text AND queue_version = $2::bigint AND token <= $3::bigint;

-- name: sales_arrivals_since
SELECT bucket, sum(tickets)::bigint FROM sale_arrivals
WHERE sale = $1::text AND epoch = $2::bigint AND bucket >= $3::bigint GROUP BY bucket ORDER BY bucket;
-- Locks the sale before rows of its line, as who removes it does; one that is gone yields no row, where the reference
-- would be an error.
-- name: sales_arrivals_put
INSERT INTO sale_arrivals AS a (sale, epoch, bucket, tickets, process)
SELECT u.sale, u.epoch, u.bucket, u.tickets, $1::text
FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[]) AS u (sale, epoch, bucket, tickets)
JOIN sales AS s ON s.id = u.sale
FOR KEY SHARE OF s
ON CONFLICT (sale, epoch, bucket, process) DO UPDATE SET tickets = excluded.tickets WHERE a.tickets < excluded.tickets;
-- name: sales_arrivals_forget
DELETE FROM sale_arrivals AS a USING sales AS s
WHERE s.id = a.sale AND (s.ends_at < coalesce($2::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) - $1::bigint
                         OR a.epoch < s.epoch);

-- name: sales_processes_put
INSERT INTO sale_processes (process, capacity, refusing_since, seen_at)
VALUES ($1::text, $2::bigint,
        CASE WHEN $3::bigint > 0
             THEN coalesce($4::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) - $3::bigint ELSE 0 END,
        coalesce($4::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint))
ON CONFLICT (process) DO UPDATE SET seen_at = excluded.seen_at, capacity = excluded.capacity,
  refusing_since = excluded.refusing_since;
-- name: sales_processes_live
SELECT process, capacity, CASE WHEN refusing_since > 0 THEN seen_at - refusing_since ELSE 0 END,
       coalesce($2::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) - seen_at
FROM sale_processes
WHERE seen_at > coalesce($2::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) - $1::bigint ORDER BY process;
-- name: sales_processes_forget
DELETE FROM sale_processes
WHERE seen_at < coalesce($2::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) - $1::bigint;

-- The unique index waits for another's open insert: of many carts with one ticket the first has it. The sale is
-- locked as above.
-- name: sales_passes_insert
INSERT INTO sale_passes (sale, ticket, epoch, cart, expires_at)
SELECT s.id, $2::uuid, $3::bigint, $4::uuid,
       coalesce($6::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) + $5::bigint
FROM sales AS s WHERE s.id = $1::text
FOR KEY SHARE OF s
ON CONFLICT (sale, ticket) DO NOTHING
RETURNING expires_at;
-- name: sales_passes_by_ticket
SELECT cart, expires_at, expires_at <= coalesce($3::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
FROM sale_passes WHERE sale = $1::text AND ticket = $2::uuid;
-- name: sales_passes_forget
DELETE FROM sale_passes AS p USING sales AS s
WHERE s.id = p.sale AND p.expires_at < coalesce($2::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
  AND (s.ends_at < coalesce($2::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) - $1::bigint
       OR p.epoch < s.epoch);

-- What shoppers had of a sale matters while it may be ordered from.
-- name: purchases_forget
DELETE FROM purchases AS p
WHERE NOT EXISTS (SELECT 1 FROM sales AS s WHERE s.id = p.sale
                  AND s.ends_at >= coalesce($2::bigint, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) - $1::bigint);
