#!/usr/bin/env bash
# verify.sh REPOSITORY@DIGEST: fails unless the image and each of its parts is signed by the release workflow of SIGNED_BY
# (owner/repository at GitHub) on a tag, says where it comes from, and each part says what is inside. With COSIGN_PUBLIC_KEY: unless by
# that key. The deployment asks it first, so an image that somebody pushed by hand is never deployed.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

(($# == 1)) || die "usage: verify.sh REPOSITORY@DIGEST"
readonly REFERENCE=$1
digest_of "$REFERENCE" >/dev/null
command -v cosign >/dev/null || tool cosign
tool crane
deploy/ci/login.sh "${REFERENCE%@*}"
if [[ -n ${COSIGN_PUBLIC_KEY:-} ]]; then
  how=(--key "$COSIGN_PUBLIC_KEY" --insecure-ignore-tlog=true) # signed in private, so the public log knows nothing of it
else
  signer=${SIGNED_BY:?owner/repository whose release workflow signed}
  [[ $signer =~ ^[A-Za-z0-9._-]+/[A-Za-z0-9._-]+$ ]] || die "SIGNED_BY is no owner/repository: $signer"
  how=(--certificate-oidc-issuer https://token.actions.githubusercontent.com
    --certificate-identity-regexp "^https://github\\.com/${signer//./\\.}/\\.github/workflows/release\\.yaml@refs/tags/v[0-9.]+\$")
fi

check() { # check REFERENCE KIND...   its signature and its statements
  local reference=$1 kind
  shift
  cosign verify "${how[@]}" "$reference" >/dev/null || die "$reference is not signed as it should be"
  for kind in "$@"; do
    cosign verify-attestation "${how[@]}" --type "$kind" "$reference" >/dev/null || die "$reference says nothing of its $kind"
  done
}

mapfile -t parts < <(crane manifest "$REFERENCE" | jq -r '.manifests[]?.digest')
if ((${#parts[@]})); then
  check "$REFERENCE" slsaprovenance1
  for part in "${parts[@]}"; do check "${REFERENCE%@*}@$part" slsaprovenance1 spdxjson; done
else
  check "$REFERENCE" slsaprovenance1 spdxjson
fi
say "Signed, with provenance and contents: $REFERENCE (${#parts[@]} architectures)"
