-- The shop's database and its two users, made once, as the superuser; on RDS by hand, as its master user: docs/kubernetes.md.
-- shop_owner owns the tables and is used by `fashionforward migrate` alone; shop reads and writes rows and can't
-- change, empty or drop a table.
CREATE ROLE shop_owner LOGIN PASSWORD :'owner_password';
CREATE ROLE shop LOGIN PASSWORD :'shop_password';
GRANT shop_owner TO CURRENT_USER; -- for the next lines; a master user of RDS is no superuser
CREATE DATABASE shop OWNER shop_owner;
REVOKE ALL ON DATABASE shop FROM PUBLIC;
GRANT CONNECT ON DATABASE shop TO shop;
\connect shop
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO shop;
ALTER DEFAULT PRIVILEGES FOR ROLE shop_owner GRANT USAGE, SELECT, UPDATE ON SEQUENCES TO shop;
REVOKE shop_owner FROM CURRENT_USER;
