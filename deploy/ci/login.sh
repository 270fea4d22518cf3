#!/usr/bin/env bash
# login.sh REPOSITORY: lets crane, cosign and docker write to the repository's registry, by a token that ends with the run.
#
# ECR: by the AWS role that the run has taken on. ghcr.io: by the workflow's own token in REGISTRY_TOKEN. A registry on this
# machine (tests): nothing to do. The token goes through standard input: an argument could be read by every process.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

(($# == 1)) || die "usage: login.sh REPOSITORY"
host=${1%%/*}
tool crane
case $host in
  *.dkr.ecr.*.amazonaws.com)
    region=${host#*.dkr.ecr.}
    aws ecr get-login-password --region "${region%%.*}" | crane auth login "$host" --username AWS --password-stdin >&2
    ;;
  ghcr.io)
    [[ -n ${REGISTRY_TOKEN:-} ]] || die "REGISTRY_TOKEN is not set: the workflow passes its GITHUB_TOKEN"
    printf '%s' "$REGISTRY_TOKEN" | crane auth login "$host" --username "${REGISTRY_USER:?}" --password-stdin >&2
    ;;
  127.0.0.1:* | localhost:*) ;;
  *) die "for $host there is no way to log in without a password that lasts; it knows ECR and ghcr.io" ;;
esac
