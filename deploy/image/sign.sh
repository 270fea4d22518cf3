#!/usr/bin/env bash
# sign.sh KEY FILE...       writes FILE.sig beside each file
# sign.sh --verify PUBLIC_KEY FILE...   fails at the first file that FILE.sig was not made of
#
# Signatures of files that travel without a registry: the image as `docker save` wrote it, the layer, the list of what is
# inside. They are ECDSA P-256 over SHA-256 in base64, which is what `cosign sign-blob` writes and `cosign verify-blob`
# reads, so whoever has cosign needs no script of ours (docs/image.md). In a registry the image is signed by cosign itself.
set -euo pipefail

die() {
  printf 'sign.sh: %s\n' "$*" >&2
  exit 1
}

(($# >= 2)) || die "usage: sign.sh KEY FILE...   or: sign.sh --verify PUBLIC_KEY FILE..."
if [[ $1 == --verify ]]; then
  key=$2
  shift 2
  (($#)) || die "no file to verify"
  for file in "$@"; do
    [[ -f $file.sig ]] || die "$file.sig is missing"
    openssl dgst -sha256 -verify "$key" -signature <(openssl base64 -d -A -in "$file.sig") "$file" >/dev/null ||
      die "$file is not what was signed with this key"
    printf '%s: good\n' "$file"
  done
else
  key=$1
  shift
  for file in "$@"; do
    signature=$(openssl dgst -sha256 -sign "$key" "$file" | openssl base64 -A) || die "$file was not signed"
    printf '%s' "$signature" >"$file.sig"
  done
fi
