#!/usr/bin/env bash
# sign.sh REPOSITORY@DIGEST [SBOM]: signs that image, states where it comes from (provenance.py) and, if given, what is inside.
#
# On GitHub without any key: cosign gets a certificate for the workflow's own identity, which ends after ten minutes, and what was
# signed stands in the public log (Sigstore). With COSIGN_KEY (Jenkins: a key in a KMS, awskms:///alias/...; tests: a file) by that key,
# and nothing of it stands in a public log. By digest only: what a tag names can change after it was looked at.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

(($# == 1 || $# == 2)) || die "usage: sign.sh REPOSITORY@DIGEST [SBOM]"
readonly REFERENCE=$1 SBOM=${2:-}
digest_of "$REFERENCE" >/dev/null
[[ -z $SBOM || -f $SBOM ]] || die "$SBOM is missing"
deploy/ci/login.sh "${REFERENCE%@*}"
command -v cosign >/dev/null || tool cosign
how=(--yes)
[[ -z ${COSIGN_KEY:-} ]] || how+=(--key "$COSIGN_KEY" --signing-config deploy/ci/private-signing.json)

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 deploy/ci/provenance.py >"$folder/provenance.json"

say "Signing $REFERENCE"
cosign sign "${how[@]}" "$REFERENCE" >&2
cosign attest "${how[@]}" --type slsaprovenance1 --predicate "$folder/provenance.json" "$REFERENCE" >&2
[[ -z $SBOM ]] || cosign attest "${how[@]}" --type spdxjson --predicate "$SBOM" "$REFERENCE" >&2
