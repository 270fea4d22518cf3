-- serves: 0.1.0
--
-- What changed in the catalogue since a version, so that a server with 1,000,000 variants in memory reads one
-- product for one new price. `changed_at` is the version that a change led to. Versions are given under the lock of
-- the catalogue's row, which is held to the commit: they commit in their order. It is known for the versions after
-- `changes_from`, as long as `changes_to` is the version: a release that does not write it down raises the version
-- alone, and so says that something is missing.
ALTER TABLE products ADD COLUMN changed_at bigint NOT NULL DEFAULT 0;
ALTER TABLE collections ADD COLUMN changed_at bigint NOT NULL DEFAULT 0;
ALTER TABLE catalogue ADD COLUMN changes_from bigint NOT NULL DEFAULT 0, ADD COLUMN changes_to bigint NOT NULL DEFAULT 0;
CREATE INDEX products_changed ON products (changed_at) WHERE changed_at > 0;

CREATE TABLE removed_products (
  removed_at bigint NOT NULL,
  handle     text COLLATE "C" PRIMARY KEY
);
CREATE INDEX removed_products_by_version ON removed_products (removed_at);
