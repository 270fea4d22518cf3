#!/bin/sh
# Runs once in the database's container, as its superuser, when the volume is empty: makes the database, its owner and the shop's user,
# who are the same two as in Kubernetes. psql reads the passwords itself, so that no command line shows them.
set -eu
cd /run/secrets
[ -s owner-password ] && [ -s shop-password ]
psql -X --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=postgres <<'SQL'
\set owner_password `cat /run/secrets/owner-password`
\set shop_password `cat /run/secrets/shop-password`
\include /etc/postgresql/users.sql
SQL
