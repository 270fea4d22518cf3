#!/usr/bin/env bash
# Makes the database and its users, or, where they are, gives them the passwords that are mounted. In a pod, as the master user of RDS.
set -euo pipefail
export PGUSER=postgres PGDATABASE=postgres PGSSLMODE=verify-full PGCONNECT_TIMEOUT=10
PGPASSWORD=$(</etc/passwords/master)
export PGPASSWORD
# Given to psql as variables by the environment and not as arguments, which anybody on the node can read.
owner_password=$(</etc/passwords/owner)
shop_password=$(</etc/passwords/shop)
export owner_password shop_password

if [[ $(psql -XAtc "SELECT count(*) FROM pg_roles WHERE rolname IN ('shop', 'shop_owner')") == 2 ]]; then
  sql="ALTER ROLE shop_owner PASSWORD :'owner_password'; ALTER ROLE shop PASSWORD :'shop_password';"
  echo "The users are there: changing their passwords"
else
  sql=$(</etc/database-users/users.sql)
  echo "Making the database and its users"
fi
psql -Xq -v ON_ERROR_STOP=1 <<SQL
\\getenv owner_password owner_password
\\getenv shop_password shop_password
$sql
SQL
