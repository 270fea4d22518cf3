#!/usr/bin/env bash
# test.sh SUITE: one suite of ./ff test, or `core` (what ./ff test runs by itself) or `lint`, on Debian 12; what failed ends up on the
# run's page.
set -euo pipefail
# shellcheck source=deploy/ci/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

suite=${1:-}
[[ $suite =~ ^[a-z]+$ ]] || die "usage: test.sh SUITE|core|lint"
command=(./ff test)
case $suite in
  core) ;;
  lint) command=(./ff lint) ;;
  *) command+=("$suite") ;;
esac
# Before, and here: Debian's Go is too old for them, a GitHub runner's is not.
if [[ $suite == delivery ]] && command -v go >/dev/null; then deploy/ci/tools.sh tools crane cosign >/dev/null; fi
with=()
[[ $suite != terraform ]] || with=(--with go --with terraform) # Debian has no Terraform, and a Go that is too old for its providers
status=0
deploy/ci/in-debian.sh "${with[@]}" "${command[@]}" || status=$?
{
  printf '### %s\n\n' "$suite"
  if [[ $suite != lint && -s build/results ]]; then
    printf '| suite | passed | failed | skipped |\n|---|---|---|---|\n'
    sed 's/ / | /g; s/.*/| & |/' build/results
  fi
  # shellcheck disable=SC2016 # Markdown
  if ((status != 0)) && [[ -s build/failures ]]; then printf '\n```\n%s\n```\n' "$(head -c 5000 build/failures)"; fi
} | summary
exit "$status"
