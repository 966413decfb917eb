#!/bin/bash
# Makes the command schema-ci available: from the executor's image, else from a commit of its
# repository, with what it needs installed by hash.
set -euo pipefail

if command -v schema-ci >/dev/null; then
  exit
fi
if [ -z "${ORB_SOURCE:-}" ]; then
  echo "error: this executor has no command schema-ci" >&2
  echo "  next: use an executor with the runner image, or give source and ref" >&2
  exit 4
fi
if [[ ! ${ORB_REF:-} =~ ^[0-9a-f]{40}$ ]]; then
  echo "error: ref is not a whole commit: a branch or tag may be another one tomorrow" >&2
  echo "  next: give all 40 digits of a commit that you trust" >&2
  exit 4
fi

folder=$HOME/.schema-ci/$ORB_REF
git init --quiet "$folder"
git -C "$folder" fetch --quiet --depth 1 --end-of-options "$ORB_SOURCE" "$ORB_REF"
git -C "$folder" -c advice.detachedHead=false checkout --quiet "$ORB_REF"
(
  cd "$folder"
  # shellcheck source=/dev/null
  . script/environment
  environment_ready run
)
# shellcheck disable=SC2016 # PATH is the later steps'
printf 'export PATH=%q:"$PATH"\n' "$folder/.venv/bin" >>"$BASH_ENV"
