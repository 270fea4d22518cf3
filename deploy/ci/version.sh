#!/usr/bin/env bash
# version.sh: the version of what is checked out, by which its image is tagged.
#
# On a tag v1.2.3 it is 1.2.3, and must be the one in CMakeLists.txt, which the program prints. Anywhere else it is
# 1.2.3-dev.COMMITS.gCOMMIT: sorted by time before the release that it leads to, and a valid tag of a registry (no +).
# A work tree with changes has none: an image of it could not be made again.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

declared=$(sed -n 's/^project(fashionforward VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
[[ $declared =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "CMakeLists.txt declares no version"
changed=$(git status --porcelain --untracked-files=no)
[[ -z $changed ]] || die "the work tree has changes that are in no commit: $(head -n 3 <<<"$changed")"

# TAG_NAME is Jenkins': it checks a tag out without fetching its name.
mapfile -t tags < <({ git tag --points-at HEAD 'v*' && echo "${TAG_NAME:-}"; } | grep . | sort -u)
((${#tags[@]} <= 1)) || die "HEAD has several versions: ${tags[*]}"
if ((${#tags[@]} == 1)); then
  [[ ${tags[0]} == "v$declared" ]] || die "the tag ${tags[0]} and CMakeLists.txt ($declared) disagree"
  output version "$declared"
else
  output version "$declared-dev.$(git rev-list --count HEAD).g$(git rev-parse --short=10 HEAD)"
fi
