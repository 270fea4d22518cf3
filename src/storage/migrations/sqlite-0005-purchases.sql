-- serves: 0.1.0
--
-- Orders that count against what a sale allows one shopper, a row for each name that the shopper is known by
-- (hashes). Whether an order still counts is said by its state.
CREATE TABLE purchases (
  sale     TEXT NOT NULL,
  shopper  TEXT NOT NULL,
  order_id BLOB NOT NULL,
  units    INTEGER NOT NULL,
  PRIMARY KEY (sale, shopper, order_id)
) WITHOUT ROWID;
