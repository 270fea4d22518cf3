#!/bin/sh
# Patroni runs this once, in the first primary, with how to connect as its argument; when it fails, Patroni begins anew.
# psql reads the passwords itself: on its command line every process of the node could.
set -eu
[ -s /run/secrets/migration/password ] && [ -s /run/secrets/database/password ]
exec /usr/lib/postgresql/15/bin/psql -X --quiet --set=ON_ERROR_STOP=1 "$1" <<'SQL'
\set owner_password `cat /run/secrets/migration/password`
\set shop_password `cat /run/secrets/database/password`
\include /etc/patroni/users.sql
SQL
