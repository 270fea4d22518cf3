#!/usr/bin/env bash
# An OCI runtime for dockerd: runc, without the capability CAP_SYS_RESOURCE. Where this machine's own bounding set lacks it (some
# sandboxes), `docker run --privileged` would ask for it and fail with "unable to apply caps: operation not permitted". It is
# taken out of the container's configuration (--bundle) and of each `exec` (--process) before runc reads them.
set -euo pipefail

previous=
for argument in "$@"; do
  case $previous in
    --bundle | -b) file=$argument/config.json at=.process ;;
    --process | -p) file=$argument at= ;;
    *) file= ;;
  esac
  if [[ -f $file ]]; then
    less=$(jq -c "if $at.capabilities then $at.capabilities |= map_values(. - [\"CAP_SYS_RESOURCE\"]) else . end" "$file")
    printf '%s' "$less" >"$file"
  fi
  previous=$argument
done
exec /usr/sbin/runc "$@"
