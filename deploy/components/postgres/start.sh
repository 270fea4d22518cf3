#!/bin/sh
# Makes the database on an empty volume, then becomes PostgreSQL. A volume whose making was interrupted is made anew:
# the folder gets its name only when all of it is there. It uses nothing of the image but PostgreSQL 15's own programs.
set -eu
bin=/usr/lib/postgresql/15/bin
if [ ! -f "$PGDATA/PG_VERSION" ]; then
  making=$PGDATA.making
  rm -rf "$making"
  "$bin/initdb" --pgdata="$making" --username=postgres --auth=peer --encoding=UTF8 --locale=C.UTF-8 --data-checksums
  "$bin/pg_ctl" --pgdata="$making" --wait --options="-c listen_addresses= -c unix_socket_directories=/tmp" start
  [ -s /run/secrets/migration/password ] && [ -s /run/secrets/database/password ]
  # psql reads the passwords itself: on its command line every process of the node could.
  "$bin/psql" -X --quiet --host=/tmp --username=postgres --set=ON_ERROR_STOP=1 <<'SQL'
\set owner_password `cat /run/secrets/migration/password`
\set shop_password `cat /run/secrets/database/password`
\include /etc/postgresql/users.sql
SQL
  "$bin/pg_ctl" --pgdata="$making" --wait --mode=fast stop
  mv "$making" "$PGDATA"
fi
exec "$bin/postgres" -D "$PGDATA" -c config_file=/etc/postgresql/postgresql.conf -c hba_file=/etc/postgresql/pg_hba.conf \
  -c ident_file="$PGDATA/pg_ident.conf"
