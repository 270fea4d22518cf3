#!/usr/bin/env bash
# The entry point of postgres:15-bookworm where that image is made from Debian's packages (see README.md): what the published one does
# as far as manifests and compose.yaml rely on it. An empty PGDATA becomes a cluster with POSTGRES_USER (default postgres),
# POSTGRES_PASSWORD and POSTGRES_DB (default: the user's name), POSTGRES_INITDB_ARGS are initdb's, each of these may come from a file
# (..._FILE), and what lies in /docker-entrypoint-initdb.d (*.sh, *.sql) runs once. Then the command runs.
set -euo pipefail

from_file() { # from_file NAME   sets NAME to the content of the file that NAME_FILE names
  local file_name=$1_FILE
  if [[ -n ${!file_name:-} ]]; then
    export "$1=$(<"${!file_name}")"
    unset "$file_name"
  fi
}

first_run() {
  local socket script
  : "${POSTGRES_PASSWORD:?must be set, or POSTGRES_PASSWORD_FILE, for a database that does not exist yet}"
  # shellcheck disable=SC2086  # several arguments in one variable, as in the published image
  initdb --username="$POSTGRES_USER" --pwfile=<(printf '%s\n' "$POSTGRES_PASSWORD") --auth-local=trust ${POSTGRES_INITDB_ARGS:-}
  printf 'host all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"
  socket=$(mktemp -d)
  pg_ctl --wait -o "-c listen_addresses='' -c unix_socket_directories='$socket'" start
  local psql=(psql --set=ON_ERROR_STOP=1 --no-psqlrc --username="$POSTGRES_USER" --host="$socket")
  [[ $POSTGRES_DB == postgres ]] ||
    "${psql[@]}" --dbname=postgres --set=name="$POSTGRES_DB" <<<'CREATE DATABASE :"name";'
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh) PGHOST=$socket bash "$script" ;;
      *.sql) "${psql[@]}" --dbname="$POSTGRES_DB" --file="$script" ;;
    esac
  done
  pg_ctl --wait --mode=fast stop
  rm -rf "$socket"
}

[[ ${1:-} != -* ]] || set -- postgres "$@"
if [[ ${1:-} == postgres ]]; then
  mkdir -p "$PGDATA"
  if ((EUID == 0)); then # the server refuses to run as root
    chown -R postgres "$PGDATA" /var/run/postgresql
    exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
  fi
  chmod 700 "$PGDATA" 2>/dev/null || true # a volume may belong to another user and be writable by the group
  for name in POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB POSTGRES_INITDB_ARGS; do from_file "$name"; done
  export POSTGRES_USER=${POSTGRES_USER:-postgres}
  export POSTGRES_DB=${POSTGRES_DB:-$POSTGRES_USER}
  [[ -s $PGDATA/PG_VERSION ]] || first_run
fi
exec "$@"
