#!/usr/bin/env bash
# image.sh VERSION: compiles this commit for this machine's processor and leaves the image in build/dist, as
# fashionforward-VERSION.tar (what `docker save` writes) and fashionforward-VERSION.spdx.json (what is inside).
#
# The content is made by ./ff image on Debian 12, the image of it by this machine's own Docker. FF_BINARY: pack that program, compile none.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

version=${1:-}
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$ ]] || die "usage: image.sh VERSION   such as 1.2.3 (version.sh prints it)"
mkdir -p build/dist
say "Packing fashionforward:$version"
FF_IMAGE_CONTEXT_ONLY=1 deploy/ci/in-debian.sh ./ff image "$version" >&2
cp "build/image/fashionforward-$version.spdx.json" build/dist/
docker buildx version >/dev/null 2>&1 || export DOCKER_BUILDKIT=0 # the classic builder does, too
# BuildKit would add a provenance of its own, of this machine's Docker; ours is of the whole build (sign.sh).
BUILDX_NO_DEFAULT_ATTESTATIONS=1 docker build --quiet --tag "fashionforward:$version" build/image/context >&2
docker save --output "build/dist/fashionforward-$version.tar" "fashionforward:$version"
output image "build/dist/fashionforward-$version.tar"
