#!/bin/bash
# Runs one command of schema-ci in CircleCI. Every parameter of the orb comes as environment, so that
# nothing that it holds is ever read as a command; see integrations/orb.py for the names.
set -euo pipefail

# For variables whose name another variable holds: bash would run what is in `x[...]`.
named() {
  local name=${!1}
  if [[ ! $name =~ ^[A-Za-z_][A-Za-z0-9_]*$ ]]; then
    echo "error: $1 is not the name of a variable" >&2
    exit 4
  fi
  printf '%s' "${!name-}"
}

# CircleCI hands a boolean on as 1 or as true.
on() {
  [ "$1" = true ] || [ "$1" = 1 ]
}

# What was not given is "", and leaves the variable to the job, its contexts and its executor.
arguments=()
while IFS= read -r variable; do
  value=${!variable}
  case $variable in
    ORB_NAMED_*)
      value=$(named "$variable")
      if [ -n "$value" ]; then
        export "${variable#ORB_NAMED_}=$value"
      fi
      ;;
    ORB_SCHEMA_CI_*)
      if [ -n "$value" ]; then
        export "${variable#ORB_}=$value"
      fi
      ;;
    ORB_OPTION_*)
      if [ -n "$value" ]; then
        flag=${variable#ORB_OPTION_}
        arguments+=("--${flag,,}=$value")
      fi
      ;;
    ORB_SWITCH_*)
      if on "$value"; then
        flag=${variable#ORB_SWITCH_}
        arguments+=("--${flag,,}")
      fi
      ;;
  esac
done < <(compgen -e | sort | grep '^ORB_')

if [ -n "${ORB_PULL_REQUEST:-}" ]; then
  export CIRCLE_PULL_REQUEST=$ORB_PULL_REQUEST
fi
if [ -n "${ORB_REPOSITORY:-}" ]; then
  export GITHUB_REPOSITORY=$ORB_REPOSITORY
fi

# A project of the GitHub App is not told its repository; the checkout's origin is it.
if [ -z "${GITHUB_REPOSITORY:-}${CIRCLE_REPOSITORY_URL:-}" ] \
  && origin=$(git config --get remote.origin.url); then
  server=${GITHUB_SERVER_URL:-https://github.com}
  server=${server#https://}
  if [[ $origin =~ ^(https://|ssh://)?([^/@]+@)?"${server%/}"[:/]([^/:]+/[^/]+)$ ]]; then
    slug=${BASH_REMATCH[3]}
    export GITHUB_REPOSITORY=${slug%.git}
  fi
fi

# A side-car database is started beside the job, not before it.
if [ -n "${SCHEMA_CI_SIDECAR:-}" ]; then
  host=${SCHEMA_CI_SIDECAR%:*} port=${SCHEMA_CI_SIDECAR##*:}
  for ((tries = 0; ; tries++)); do
    if (exec 3<>"/dev/tcp/$host/$port") 2>/dev/null; then
      break
    fi
    if ((tries == ${SCHEMA_CI_SIDECAR_SECONDS:-60})); then
      echo "error: the database beside the job does not answer at $SCHEMA_CI_SIDECAR" >&2
      echo "  next: look at its container's output in the job's first step" >&2
      exit 5
    fi
    sleep 1
  done
fi

# A part of the work: its report goes to a folder of its own, and what it came to is for the job that
# merges to say. CircleCI hands nothing on from a job whose step failed.
command=$ORB_COMMAND sharded=no
if on "${ORB_SHARDED:-}"; then
  sharded=yes
  arguments+=(--no-publish --touched "--shard=$((CIRCLE_NODE_INDEX + 1))/$CIRCLE_NODE_TOTAL")
  export SCHEMA_CI_OUTPUT_DIR=${SCHEMA_CI_OUTPUT_DIR:-schema-ci-report}/$CIRCLE_NODE_INDEX
fi

# Findings and a missing migration; every other end is one without a report to go by.
is_result() {
  [ "$1" = 0 ] || [ "$1" = 1 ] || [ "$1" = 3 ]
}

code=0
if on "${ORB_MERGE:-}"; then
  merged=$(mktemp -d)
  schema-ci report merge --output-dir "$merged" -- "$ORB_OPTION_FROM" || code=$?
  is_result "$code" || exit "$code"
  arguments+=("--from=$merged")
fi

# The parameters' own variables are nobody's business further down.
while IFS= read -r variable; do
  unset "$variable"
done < <(compgen -e | grep '^ORB_')
code=0
schema-ci "$command" "${arguments[@]}" || code=$?
if [ "$sharded" = yes ] && is_result "$code"; then
  exit 0
fi
exit "$code"
