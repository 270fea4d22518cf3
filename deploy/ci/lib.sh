# shellcheck shell=bash
# What the scripts of this folder share: each writes its one result to standard output and everything else to standard error,
# so that people, GitHub Actions and Jenkins read the same. Sourced, never run.
shopt -s inherit_errexit # or a $(...) would go on after what failed in it
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
readonly ROOT

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }
die() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

output() { # output NAME VALUE   the script's result; for later steps of a GitHub workflow it is steps.ID.outputs.NAME, too
  printf '%s\n' "$2"
  [[ -z ${GITHUB_OUTPUT:-} ]] || printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

summary() { # summary   Markdown from standard input, for the page of a GitHub run; elsewhere for whoever reads the log
  if [[ -n ${GITHUB_STEP_SUMMARY:-} ]]; then cat >>"$GITHUB_STEP_SUMMARY"; else cat >&2; fi
}

tool() { # tool MODULE   puts the programs of that module of tools.sh first in PATH
  local folder
  folder=$("$ROOT/deploy/ci/tools.sh" "$1") || exit
  export PATH=$folder:$PATH
}

digest_of() { # digest_of REFERENCE   the sha256:... at its end; a tag is refused, since it may be another image tomorrow
  [[ $1 =~ @(sha256:[0-9a-f]{64})$ ]] || die "$1 names no digest: REPOSITORY@sha256:..."
  printf '%s\n' "${BASH_REMATCH[1]}"
}
