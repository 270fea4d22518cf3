#!/usr/bin/env bash
# tools.sh NAME...: compiles what delivery needs and no Debian package has, once, and prints each module's folder.
#
# NAME is a folder of go/: `tools` (actionlint, kustomize), `crane`, `cosign`, `argocd` (its controller and its repository server).
# Versions and sums are in its go.mod and go.sum. Kept: programs lie in CACHE/NAME-KEY, where KEY is a hash of that folder and of what
# is built, so an unchanged module is never compiled twice and a changed one never taken from the cache.
# `tools.sh --cached NAME` compiles nothing: it fails where the module has not been built.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
readonly HERE CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/fashionforward/delivery

declare -rA PACKAGES=(
  [tools]="github.com/rhysd/actionlint/cmd/actionlint sigs.k8s.io/kustomize/kustomize/v5"
  [cosign]="github.com/sigstore/cosign/v3/cmd/cosign"
  [crane]="github.com/google/go-containerregistry/cmd/crane"
  [argocd]="."
)

die() {
  printf 'tools.sh: %s\n' "$*" >&2
  exit 1
}

key() { # key NAME
  {
    echo "${PACKAGES[$1]}"
    cd "$HERE/go/$1" && find . -type f | LC_ALL=C sort | xargs sha256sum
  } | sha256sum | cut -c1-16
}

compile() { # compile NAME FOLDER
  local work=$CACHE/work/$1 log=$CACHE/log/$1.log packages source
  command -v go >/dev/null || die "Go is needed to build $1: https://go.dev/doc/install"
  printf 'Compiling %s (once) ...\n' "$1" >&2
  rm -rf "$work"
  mkdir -p "$work" "$CACHE/log"
  read -ra packages <<<"${PACKAGES[$1]}"
  # -p 1: the largest packages take a gigabyte each. Kindly, since it may be somebody's desktop.
  (cd "$HERE/go/$1" && CGO_ENABLED=0 GOWORK=off GOFLAGS="-mod=readonly -buildvcs=false" \
    nice -n 19 go build -p 1 -trimpath -ldflags "-s -w" -o "$work/" "${packages[@]}") >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "$1 could not be built: see $log"
  }
  if [[ $1 == argocd ]]; then # what a cluster must know before it knows Applications
    source=$(cd "$HERE/go/argocd" && GOFLAGS=-mod=readonly go list -m -f '{{.Dir}}' github.com/argoproj/argo-cd/v3)
    install -m 644 "$source"/manifests/crds/{application,appproject}-crd.yaml "$work/"
  fi
  rm -rf "$CACHE/$1"-????????????????
  mv "$work" "$2"
}

cached=0
if [[ ${1:-} == --cached ]]; then
  cached=1
  shift
fi
(($#)) || die "usage: tools.sh [--cached] NAME...   there are: ${!PACKAGES[*]}"
for name in "$@"; do
  [[ -n ${PACKAGES[$name]:-} ]] || die "no module '$name'; there are: ${!PACKAGES[*]}"
  folder=$CACHE/$name-$(key "$name")
  if [[ ! -d $folder ]]; then
    ((cached == 0)) || die "$name is not built yet; deploy/ci/tools.sh $name does it"
    compile "$name" "$folder"
  fi
  echo "$folder"
done
