#!/usr/bin/env bash
# push.sh VERSION REPOSITORY ARCHITECTURE: pushes what image.sh left as REPOSITORY:VERSION-ARCHITECTURE and prints REPOSITORY@DIGEST.
# index.sh VERSION joins those of all architectures; nobody else needs these tags.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

(($# == 3)) || die "usage: push.sh VERSION REPOSITORY ARCHITECTURE"
readonly VERSION=$1 REPOSITORY=${2,,} ARCHITECTURE=$3 # lower case: registries allow no other, accounts at GitHub do
tarball=build/dist/fashionforward-$VERSION.tar
[[ -f $tarball ]] || die "$tarball is missing; deploy/ci/image.sh $VERSION makes it"
deploy/ci/login.sh "$REPOSITORY"
tool crane
settings=$(tar --extract --to-stdout --file "$tarball" manifest.json | jq -r '.[0].Config')
found=$(tar --extract --to-stdout --file "$tarball" "$settings" | jq -r .architecture)
[[ $found == "$ARCHITECTURE" ]] || die "$tarball is for $found, not $ARCHITECTURE"
pushed=$(crane push "$tarball" "$REPOSITORY:$VERSION-$ARCHITECTURE")
output reference "$REPOSITORY@$(digest_of "$pushed")"
