-- The shop's database and its two users, made once, as the superuser. RDS wants the same by hand: docs/kubernetes.md.
-- shop_owner owns the tables and is used by `fashionforward migrate` alone; shop reads and writes rows and can't
-- change, empty or drop a table.
CREATE ROLE shop_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE shop LOGIN PASSWORD :'shop_password';
CREATE DATABASE shop OWNER shop_owner;
REVOKE ALL ON DATABASE shop FROM PUBLIC;
GRANT CONNECT ON DATABASE shop TO shop;
\connect shop
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO shop;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO shop;
