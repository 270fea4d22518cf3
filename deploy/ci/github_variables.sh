#!/usr/bin/env bash
# github_variables.sh ENVIRONMENT: the commands that tell GitHub what Terraform made there (roles, registry, region), for a person to
# read and run: deploy/ci/github_variables.sh production | bash. Nothing in them is secret. The registry is production's: one image for all.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

environment=${1:-}
[[ $environment =~ ^[a-z][a-z0-9-]*$ ]] || die "usage: github_variables.sh ENVIRONMENT"
terraform -chdir=terraform init -reconfigure -input=false -backend-config="environments/$environment.s3.tfbackend" >&2
outputs=$(terraform -chdir=terraform output -json)

value() { # value FILTER
  jq --exit-status --raw-output "$1 // empty" <<<"$outputs" || die "Terraform has no $1 in $environment: apply it with github_repository set"
}
set_variable() { # set_variable NAME FILTER [OPTION...]
  local found
  found=$(value "$2")
  printf 'gh variable set %s --body %q%s\n' "$1" "$found" "${3:+ $3}"
}

set_variable "${environment^^}_PLAN_ROLE" .github_role_arns.value.plan
set_variable AWS_APPLY_ROLE .github_role_arns.value.apply "--env $environment-apply"
if [[ $environment == production ]]; then
  set_variable AWS_REGION .region.value
  set_variable AWS_IMAGE_ROLE .github_role_arns.value.release
  set_variable IMAGE_REPOSITORY .repository_urls.value.fashionforward
fi
