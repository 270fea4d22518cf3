-- serves: 0.1.0
--
-- Orders that count against what a sale allows one shopper, a row for each name that the shopper is known by
-- (hashes). Whether an order still counts is said by its state. Never updated.
CREATE TABLE purchases (
  order_id uuid NOT NULL,
  units    integer NOT NULL,
  sale     text COLLATE "C" NOT NULL,
  shopper  text COLLATE "C" NOT NULL,
  PRIMARY KEY (sale, shopper, order_id)
);
