#!/usr/bin/env bash
# deploy.sh ENVIRONMENT VERSION REPOSITORY@DIGEST   deploys what is checked out with that image
# deploy.sh --back-to VERSION ENVIRONMENT           deploys again what an earlier deployment of that version was
#
# A deployment is one commit on the branch environments/ENVIRONMENT, which Argo CD follows (deploy/argocd): the release's manifests and
# nothing else, with the image's digest in the overlay. Its parent is the deployment before, so `git log environments/production` is the
# list of all that was ever deployed. It is pushed as a fast-forward or not at all: of two deployments at once, one fails and nothing
# is lost. The demo gateway, whose restart would stop card payments, gets the first deployment's image and keeps it; who wants a newer one
# writes its digest into the overlay (set_image.py). The work tree is not touched. (No program and no workflow is on that branch: GitHub lets no workflow push those.)
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

readonly MANIFESTS=(k8s deploy/components deploy/overlays)
readonly KUSTOMIZATION=deploy/overlays/eks/kustomization.yaml IMAGE=fashionforward GATEWAY=fashionforward-payment-gateway
usage() { die "usage: deploy.sh ENVIRONMENT VERSION REPOSITORY@DIGEST   or: deploy.sh --back-to VERSION ENVIRONMENT"; }

back=0
if [[ ${1:-} == --back-to ]]; then
  (($# == 3)) || usage
  back=1 version=$2 environment=$3
else
  (($# == 3)) || usage
  environment=$1 version=$2 reference=$3
  digest=$(digest_of "$reference")
fi
[[ $environment =~ ^[a-z][a-z0-9-]*$ ]] || die "'$environment' is no name of an environment"
[[ $version =~ ^[0-9A-Za-z][0-9A-Za-z.-]*$ ]] || die "'$version' is no version"
readonly BRANCH=environments/$environment

before=
if git fetch --quiet origin "+refs/heads/$BRANCH:refs/remotes/origin/$BRANCH" 2>/dev/null; then
  before=$(git rev-parse "refs/remotes/origin/$BRANCH")
fi

choose_gateway() { # FOLDER   what it says by digest; else what was deployed before; else this release's
  local file=$1/kustomization.yaml before_file=$1/before.yaml
  grep -q -- "^- name: $GATEWAY" "$file" || return 0 # a shop with a gateway of its own has no such entry
  if python3 deploy/ci/set_image.py --print "$file" "$GATEWAY" >/dev/null 2>&1; then return; fi
  if [[ -n $before ]] && git show "$before:$KUSTOMIZATION" >"$before_file" &&
    python3 deploy/ci/set_image.py --keep "$before_file" "$file" "$GATEWAY" 2>/dev/null; then return; fi
  python3 deploy/ci/set_image.py "$file" "$GATEWAY" "${reference%@*}" "$digest" "$version"
}

release_tree() { # the checked-out commit's manifests, with the image in the overlay
  local folder blob path
  folder=$(mktemp -d)
  # shellcheck disable=SC2064 # this folder, now
  trap "rm -rf '$folder'" EXIT
  git show "HEAD:$KUSTOMIZATION" >"$folder/kustomization.yaml"
  python3 deploy/ci/set_image.py "$folder/kustomization.yaml" "$IMAGE" "${reference%@*}" "$digest" "$version"
  choose_gateway "$folder"
  blob=$(git hash-object -w "$folder/kustomization.yaml")
  export GIT_INDEX_FILE=$folder/index
  for path in "${MANIFESTS[@]}"; do git read-tree --prefix="$path/" "HEAD:$path"; done
  git update-index --cacheinfo "100644,$blob,$KUSTOMIZATION"
  git write-tree
}

earlier() { # the newest deployment of that version
  [[ -n $before ]] || die "nothing was deployed to $environment yet"
  git log -1 --format=%H --grep="^Version: ${version//./\\.}\$" "$before"
}

if ((back)); then
  target=$(earlier)
  [[ -n $target ]] || die "$version was not deployed to $environment; these were: $(git log \
    --format='%(trailers:key=Version,valueonly)' "$before" | grep . | sort -Vu | paste -sd' ')"
  tree=$(git rev-parse "$target^{tree}")
  reference=$(python3 deploy/ci/set_image.py --print <(git show "$target:$KUSTOMIZATION") "$IMAGE")
  subject="Go back to $version in $environment" release=$(git log -1 --format='%(trailers:key=Release,valueonly)' "$target" | grep .)
else
  tree=$(release_tree)
  subject="Deploy $version to $environment" release=$(git rev-parse HEAD)
fi
parents=()
[[ -z $before ]] || parents=(-p "$before")

if [[ -n $before && $(git rev-parse "$before^{tree}") == "$tree" ]]; then
  say "$environment is at $version already"
  output commit "$before"
  exit
fi
message=$(printf '%s\n\nVersion: %s\nImage: %s\nRelease: %s\n' "$subject" "$version" "$reference" "$release")
by="${GITHUB_ACTOR:-${BUILD_USER_ID:-$(id -un)}}" # who asked for it; Git wants an address, too
commit=$(GIT_AUTHOR_NAME=$by GIT_AUTHOR_EMAIL="$by@users.noreply.github.com" GIT_COMMITTER_NAME="deploy.sh" \
  GIT_COMMITTER_EMAIL="deploy@users.noreply.github.com" git commit-tree "$tree" "${parents[@]}" -m "$message")
git push --quiet origin "$commit:refs/heads/$BRANCH" || die "$BRANCH has moved meanwhile; run it again"
# shellcheck disable=SC2016 # Markdown
printf '### %s\n\n`%s`, commit %s. Argo CD takes it from here: `argocd app wait fashionforward --core --sync --health`.\n' \
  "$subject" "$reference" "$commit" | summary
output commit "$commit"
