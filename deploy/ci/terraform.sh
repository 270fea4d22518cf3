#!/usr/bin/env bash
# terraform.sh check                            formatting, and that every root module is valid; needs no account
# terraform.sh plan ENVIRONMENT                 shows what would change and prints the plan's fingerprint, or `none`
# terraform.sh apply ENVIRONMENT FINGERPRINT    plans again and applies, if that is still what was shown
#
# Between the plan that a person approved and its application the world may have moved. No plan is kept for that (it can hold secrets,
# and a run's files are for everybody to read): what is applied is a new plan, and only if it has the approved one's fingerprint, a hash
# of every change it would make. The state is where environments/ENVIRONMENT.s3.tfbackend says, and an apply locks it there.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
export TF_IN_AUTOMATION=1 TF_INPUT=0 CHECKPOINT_DISABLE=1

readonly MODULE=terraform
readonly SUMMARY_BYTES_MAX=900000 # GitHub takes a mebibyte a step

check() {
  local module
  terraform fmt -check -recursive -diff "$MODULE" >&2
  while read -r module; do
    say "Validating $module"
    terraform -chdir="$module" init -backend=false -input=false >&2
    terraform -chdir="$module" validate >&2
  done < <(git ls-files "$MODULE" | sed -n 's|/versions\.tf$||p' | sort)
}

plan() { # plan ENVIRONMENT FILE [OPTION...]   leaves the plan in FILE; whether there is nothing to do
  local variables=environments/$1.tfvars backend=environments/$1.s3.tfbackend status=0
  [[ $1 =~ ^[a-z][a-z0-9-]*$ && -f $MODULE/$variables ]] || die "there is no $MODULE/$variables"
  [[ -f $MODULE/$backend ]] || die "$MODULE/$backend is missing: it names the bucket of the state (terraform/bootstrap)"
  terraform -chdir="$MODULE" init -reconfigure -backend-config="$backend" >&2 || die "no state of $1"
  terraform -chdir="$MODULE" plan -var-file="$variables" "${@:3}" -detailed-exitcode -out="$2" >&2 || status=$?
  ((status == 0 || status == 2)) || die "no plan for $1"
  return "$((status == 2))"
}

fingerprint() { # fingerprint FILE   of all that the plan would change: resources in any order, outputs, nothing that only a clock changes
  terraform -chdir="$MODULE" show -json "$1" |
    jq --compact-output --sort-keys '{outputs: .output_changes,
      resources: [.resource_changes[]? | select(.change.actions != ["no-op"]) | {address, deposed, change}] | sort_by(.address)}' |
    sha256sum | cut -d' ' -f1
}

tell() { # tell ENVIRONMENT FILE
  # shellcheck disable=SC2016 # Markdown
  {
    printf '### Terraform plan: %s\n\n```\n' "$1"
    terraform -chdir="$MODULE" show -no-color "$2" | head -c "$SUMMARY_BYTES_MAX"
    printf '\n```\n'
  } | summary
}

folder=$(mktemp -d) # the plan's, and gone with it
trap 'rm -rf "$folder"' EXIT
case ${1:-} in
  check) check ;;
  plan)
    (($# == 2)) || die "usage: terraform.sh plan ENVIRONMENT"
    # It neither locks nor writes: the role that plans may only read.
    if plan "$2" "$folder/plan" -lock=false; then
      output fingerprint none
    else
      tell "$2" "$folder/plan"
      output fingerprint "$(fingerprint "$folder/plan")"
    fi
    ;;
  apply)
    [[ $# == 3 && $3 =~ ^([0-9a-f]{64}|none)$ ]] || die "usage: terraform.sh apply ENVIRONMENT FINGERPRINT"
    [[ $3 != none ]] || { say "Nothing was to be changed in $2" && exit; }
    ! plan "$2" "$folder/plan" -lock-timeout=5m || die "nothing is left to change in $2; somebody else has applied it"
    now=$(fingerprint "$folder/plan")
    if [[ $now != "$3" ]]; then
      tell "$2" "$folder/plan"
      die "this is not the plan that was approved ($now, not $3): something has changed since. Look at the new one and approve that"
    fi
    terraform -chdir="$MODULE" apply -lock-timeout=5m "$folder/plan" >&2
    ;;
  *) die "usage: terraform.sh check | plan ENVIRONMENT | apply ENVIRONMENT FINGERPRINT" ;;
esac
