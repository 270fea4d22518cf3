-- serves: 0.1.0
--
-- A note that a shopper sends with a gift. Null of orders of the release before, whose servers neither read nor
-- write it: this expands, and nothing is rewritten.
ALTER TABLE orders ADD COLUMN gift_note text;
