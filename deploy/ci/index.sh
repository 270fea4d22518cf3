#!/usr/bin/env bash
# index.sh VERSION REPOSITORY ARCHITECTURE...: REPOSITORY:VERSION, one name for the images of all architectures, and prints
# REPOSITORY@DIGEST, which is what is signed and deployed: each node takes the one for its processor.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

(($# >= 3)) || die "usage: index.sh VERSION REPOSITORY ARCHITECTURE..."
readonly VERSION=$1 REPOSITORY=${2,,}
shift 2
"$ROOT/deploy/ci/login.sh" "$REPOSITORY"
tool crane
parts=()
for architecture in "$@"; do
  reference=$REPOSITORY:$VERSION-$architecture
  found=$(crane config "$reference" | jq -r .architecture)
  [[ $found == "$architecture" ]] || die "$reference is for $found"
  parts+=(--manifest "$reference")
done
made=$(crane index append "${parts[@]}" --tag "$REPOSITORY:$VERSION")
output reference "$REPOSITORY@$(digest_of "$made")"
