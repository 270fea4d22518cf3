#!/usr/bin/env bash
# build.sh BINARY TAG: the image fashionforward:TAG of a program that is built already, in seconds, as ./ff image does it.
#
# Kept: the same content and the same settings as `docker build .` gives, since both run rootfs.sh and both end with the
# Dockerfile's last stage. Leaves in build/image: rootfs.tar (the image's one layer, the same bytes for the same input),
# fashionforward-TAG.spdx.json (what is inside), context (`docker build build/image/context` makes the image, wherever Docker is; with
# FF_IMAGE_CONTEXT_ONLY=1 that is left to others). Starts no Docker daemon: DOCKER_HOST says which, or the cluster's is used.
set -euo pipefail
readonly BINARY=$1 TAG=$2
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
readonly OUT=build/image CONTEXT=build/image/context
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-0}

VERSION=$(sed -n 's/^project(fashionforward VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
REVISION=$(git rev-parse HEAD 2>/dev/null || echo unknown)
[[ -z $(git status --porcelain --untracked-files=no 2>/dev/null) ]] || REVISION+=-modified
CREATED=$(TZ=UTC git log -1 --date=format-local:%Y-%m-%dT%H:%M:%SZ --format=%cd 2>/dev/null || echo 1970-01-01T00:00:00Z)
SOURCE=$(git remote get-url origin 2>/dev/null || true)

mkdir -p "$CONTEXT"
deploy/image/rootfs.sh "$BINARY" "$OUT/rootfs"
deploy/image/layer.sh "$OUT/rootfs" "$OUT/rootfs.tar"
/usr/bin/python3 deploy/image/sbom.py "$OUT/rootfs.tar" --version "$VERSION" --revision "$REVISION" --created "$CREATED" \
  >"$OUT/fashionforward-$TAG.spdx.json"

bytes() { # bytes COMMAND...   what the layer weighs, in megabytes as registries count them
  "$@" <"$OUT/rootfs.tar" | wc -c | awk '{printf "%.1f MB", $1 / 1e6}'
}
printf 'content sha256:%s\n' "$(sha256sum <"$OUT/rootfs.tar" | cut -d' ' -f1)"
printf 'size    %s; %s as registries keep it (gzip)\n' "$(bytes cat)" "$(bytes gzip -6n)"

ln -f "$OUT/rootfs.tar" "$CONTEXT/rootfs.tar"
sed -n '/^FROM scratch/,$p' Dockerfile | sed "s|^COPY --from=build /image/ /$|ADD rootfs.tar /|
  s|^ARG VERSION=.*|ARG VERSION=$VERSION|; s|^ARG REVISION=.*|ARG REVISION=$REVISION|
  s|^ARG CREATED=.*|ARG CREATED=$CREATED|; s|^ARG SOURCE=.*|ARG SOURCE=$SOURCE|" >"$CONTEXT/Dockerfile"
grep -q '^ADD rootfs.tar /$' "$CONTEXT/Dockerfile"
[[ ${FF_IMAGE_CONTEXT_ONLY:-} != 1 ]] || exit 0

readonly CLUSTER_SOCKET=${XDG_CACHE_HOME:-$HOME/.cache}/fashionforward/cluster/docker.sock
if [[ -z ${DOCKER_HOST:-} && ! -S /var/run/docker.sock && -S $CLUSTER_SOCKET ]]; then
  export DOCKER_HOST=unix://$CLUSTER_SOCKET
fi
docker version >/dev/null 2>&1 || {
  echo "build.sh: no Docker answers (./ff cluster docker starts one), so there is only the content: $OUT/rootfs.tar" >&2
  exit 1
}
# Where the builder of today is not installed, the client would stop; the classic one can do all that is needed.
docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0

docker build --quiet --tag "fashionforward:$TAG" "$CONTEXT" >"$OUT/docker.log" 2>&1 || {
  cat "$OUT/docker.log" >&2 # where all is well it only says which builder is in fashion
  exit 1
}
printf 'image   fashionforward:%s %s\n' "$TAG" "$(docker image inspect --format '{{.Id}}' "fashionforward:$TAG")"
