-- serves: 0.1.0
--
-- The variants of which a transaction changed what is available: what pages say of stock is kept up by reading
-- those, and not all stock each second. It stands here because this row is written anyway; an index on the stock
-- rows would cost them their updates in place. Null: nothing changed, or a release wrote it that did not say.
ALTER TABLE event_batches ADD COLUMN variants bigint[];
