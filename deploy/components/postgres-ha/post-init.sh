#!/bin/sh
# Patroni runs this once, in the first primary, with how to connect as its argument; when it fails, Patroni begins anew.
set -eu
exec /usr/lib/postgresql/15/bin/psql -X --quiet --set=ON_ERROR_STOP=1 \
  --set=owner_password="$(cat /run/secrets/migration/password)" --set=shop_password="$(cat /run/secrets/database/password)" \
  --file=/etc/patroni/users.sql "$1"
