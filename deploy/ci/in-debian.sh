#!/usr/bin/env bash
# in-debian.sh [--with PROGRAM]... COMMAND...: runs a command in this checkout on Debian 12, which ./ff takes its libraries from.
#
# --with go, --with terraform: this machine's own, which need no libraries.
#
# On Debian 12 it just runs; elsewhere (GitHub's runners are Ubuntu) in a container that sees the checkout and a cache
# (~/.cache/fashionforward/ci: what was compiled, by ccache; .../delivery: programs of tools.sh) that the workflow keeps. No other variable than CI and FF_... reaches it,
# so no token does, and no Docker.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

readonly IMAGE=debian:bookworm-slim # as the Dockerfile's
readonly PACKAGES=(git ca-certificates)
programs=()
while [[ ${1:-} == --with ]]; do
  programs+=("${2:-}")
  shift 2
done
(($#)) || die "usage: in-debian.sh [--with PROGRAM]... COMMAND..."

# shellcheck source=/dev/null
if (source /etc/os-release && [[ $ID == debian && $VERSION_ID == 12 ]]); then exec "$@"; fi

cache=${XDG_CACHE_HOME:-$HOME/.cache}/fashionforward
mkdir -p "$cache"/{ci,delivery} build # by us, so that later steps may write beside what the container leaves
options=()
for program in "${programs[@]}"; do
  case $program in
    go) options+=(--volume "$(go env GOROOT):/usr/local/go:ro" --env PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/go/bin) ;;
    terraform) options+=(--volume "$(readlink -f "$(command -v terraform)"):/usr/local/bin/terraform:ro") ;;
    *) die "there is no way to bring $program along" ;;
  esac
done
while IFS= read -r name; do options+=(--env "$name"); done < <(compgen -e | grep -E '^(CI|FF_.*)$')
# In the container it is root, who is not the checkout's owner: Git wants to be told that this is meant.
options+=(--env GIT_CONFIG_COUNT=1 --env GIT_CONFIG_KEY_0=safe.directory --env GIT_CONFIG_VALUE_0="$ROOT")
# --shm-size: Chromium's; Docker's 64 MB make it crash on large pages.
exec docker run --rm --init --shm-size=1g --volume "$ROOT:$ROOT" --workdir "$ROOT" --volume "$cache/ci:/home/ci/.cache" \
  --volume "$cache/delivery:/home/ci/.cache/fashionforward/delivery" --env HOME=/home/ci "${options[@]}" \
  "$IMAGE" bash -c 'apt-get -qq update && apt-get -qq install -y --no-install-recommends '"${PACKAGES[*]}"' >/dev/null && exec "$@"' \
  in-debian "$@"
