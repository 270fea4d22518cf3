#!/usr/bin/env bash
# keep.sh REPOSITORY: tags what environments run for longer than a release, so that the registry's life cycle (terraform/ecr.tf) leaves it.
#
# That is the demo gateway's image: the first deployment's, until somebody names another (deploy.sh). The branches environments/* say which; each
# release runs this, and thirty of them pass before a life cycle would look at it. A digest's tag, keep-DIGEST, is given once and stays.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

(($# == 1)) || die "usage: keep.sh REPOSITORY"
readonly REPOSITORY=${1,,} KUSTOMIZATION=deploy/overlays/eks/kustomization.yaml GATEWAY=fashionforward-payment-gateway
git fetch --quiet origin '+refs/heads/environments/*:refs/remotes/origin/environments/*' ||
  say "The branches environments/* are those that this clone has"
references=$(git for-each-ref --format='%(refname)' refs/remotes/origin/environments/ | while read -r branch; do
  # An environment without the demo gateway, or with one that was never deployed by digest, has nothing to keep.
  python3 deploy/ci/set_image.py --print <(git show "$branch:$KUSTOMIZATION") "$GATEWAY" 2>/dev/null || true
done | sort -u)
[[ -n $references ]] || { say "No environment runs a gateway yet" && exit; }
"$ROOT/deploy/ci/login.sh" "$REPOSITORY"
tool crane
for reference in $references; do
  digest=$(digest_of "$reference")
  [[ ${reference%@*} == "$REPOSITORY" ]] || { say "$reference is kept by who runs its registry" && continue; }
  tag=keep-${digest:7:16}
  if [[ $(crane digest "$REPOSITORY:$tag" 2>/dev/null) == "$digest" ]]; then continue; fi # a tag that is immutable can't be given again
  crane tag "$reference" "$tag" >&2
  say "Keeping $reference as $tag"
done
