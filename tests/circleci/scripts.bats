# The orb's scripts by themselves. $SCRIPTS is their folder; `schema-ci` tells how it was called.

setup() {
  export HOME=$BATS_TEST_TMPDIR/home BASH_ENV_FILE=$BATS_TEST_TMPDIR/bash_env
  mkdir -p "$HOME" "$BATS_TEST_TMPDIR/bin"
  cat >"$BATS_TEST_TMPDIR/bin/schema-ci" <<'END'
#!/bin/bash
printf 'argument %s\n' "$@"
[ "$1" != "${FAILS:-}" ] || exit "${FAILS_WITH:-0}"
env -0 | grep -z -E '^(SCHEMA_CI_|GITHUB_|ORB_|CIRCLE_PULL)' | sort -z | tr '\0' '\n'
END
  chmod +x "$BATS_TEST_TMPDIR/bin/schema-ci"
  PATH=$BATS_TEST_TMPDIR/bin:$PATH
  cd "$BATS_TEST_TMPDIR"
}

start() {
  run env "$@" bash "$SCRIPTS/run.sh"
}

has() {
  grep -qxF -- "$1" <<<"$output" || {
    echo "no line $1 in: $output"
    return 1
  }
}

@test "t3: a parameter that looks like shell is handed on as text" {
  start ORB_COMMAND=lint 'ORB_SCHEMA_CI_DEV_URL=$(touch injected)`touch injected`' \
    'ORB_OPTION_BASE=main; touch injected'
  [ "$status" -eq 0 ]
  has 'argument lint'
  has 'argument --base=main; touch injected'
  has 'SCHEMA_CI_DEV_URL=$(touch injected)`touch injected`'
  [ ! -e injected ]
}

@test "t3: what names a variable must be a name" {
  for name in 'x[$(touch injected)]' '' '1x' 'a-b'; do
    start ORB_COMMAND=run "ORB_NAMED_GITHUB_TOKEN=$name"
    [ "$status" -eq 4 ]
    [[ $output == *"ORB_NAMED_GITHUB_TOKEN is not the name of a variable"* ]]
  done
  [ ! -e injected ]
}

@test "b19: a token is taken from the variable that is named" {
  start ORB_COMMAND=run ORB_NAMED_GITHUB_TOKEN=MY_TOKEN MY_TOKEN=planted
  has 'GITHUB_TOKEN=planted'
}

@test "a variable that is not set leaves the runner's own as it was" {
  start ORB_COMMAND=run ORB_NAMED_GITHUB_TOKEN=MY_TOKEN GITHUB_TOKEN=of-the-context
  has 'GITHUB_TOKEN=of-the-context'
}

@test "a parameter that was not given leaves the executor's variable as it was" {
  start ORB_COMMAND=run ORB_SCHEMA_CI_DEV_URL= ORB_OPTION_BASE= SCHEMA_CI_DEV_URL=sqlite://
  has 'SCHEMA_CI_DEV_URL=sqlite://'
  [[ $output != *--base* ]]
}

@test "switches are flags where they are on" {
  for on in true 1; do
    start ORB_COMMAND=diff ORB_SWITCH_CHECK=$on
    has 'argument --check'
  done
  for off in false 0 ''; do
    start ORB_COMMAND=diff ORB_SWITCH_CHECK=$off
    [[ $output != *--check* ]]
  done
}

@test "values of several lines arrive whole" {
  start ORB_COMMAND=run $'ORB_SCHEMA_CI_STATS=a\nORB_SCHEMA_CI_DIALECT=injected'
  [[ $output == *$'SCHEMA_CI_STATS=a\nORB_SCHEMA_CI_DIALECT=injected'* ]]
  ! grep -qx 'SCHEMA_CI_DIALECT=injected' <<<"$output"
}

@test "the parameters' own variables end here" {
  start ORB_COMMAND=run ORB_SCHEMA_CI_CHECK=true ORB_NAMED_GITHUB_TOKEN=GITHUB_TOKEN ORB_PULL_REQUEST=u
  has 'SCHEMA_CI_CHECK=true'
  has 'CIRCLE_PULL_REQUEST=u'
  ! grep '^ORB_' <<<"$output"
}

@test "the repository of a GitHub App project is the checkout's origin, on GitHub only" {
  git init -q .
  for origin in git@github.com:acme/shop.git https://github.com/acme/shop \
    ssh://git@github.com/acme/shop.git https://x:secret@github.com/acme/shop.git; do
    git remote remove origin 2>/dev/null || true
    git remote add origin "$origin"
    start ORB_COMMAND=run
    has 'GITHUB_REPOSITORY=acme/shop'
  done
  for origin in git@gitlab.com:acme/shop.git https://github.com.evil.example/acme/shop \
    https://evil.example/github.com/acme/shop git@githubxcom:acme/shop.git; do
    git remote set-url origin "$origin"
    start ORB_COMMAND=run
    [[ $output != *GITHUB_REPOSITORY* ]]
  done
}

@test "a24: the origin of a GitHub Enterprise Server counts where the server is named" {
  git init -q . && git remote add origin git@ghe.acme.example:acme/shop.git
  start ORB_COMMAND=run GITHUB_SERVER_URL=https://ghe.acme.example/
  has 'GITHUB_REPOSITORY=acme/shop'
  start ORB_COMMAND=run
  [[ $output != *GITHUB_REPOSITORY* ]]
}

@test "a repository that is given is not overruled" {
  git init -q . && git remote add origin git@github.com:acme/fork.git
  start ORB_COMMAND=run ORB_REPOSITORY=acme/shop
  has 'GITHUB_REPOSITORY=acme/shop'
}

@test "a side-car that does not answer is an error with a next step" {
  start ORB_COMMAND=run SCHEMA_CI_SIDECAR=127.0.0.1:1 SCHEMA_CI_SIDECAR_SECONDS=1
  [ "$status" -eq 5 ]
  [[ $output == *"does not answer at 127.0.0.1:1"*"next: "* ]]
}

@test "a21: a container reviews its share and leaves its verdict to the job that merges" {
  for code in 0 1 3; do
    start ORB_COMMAND=run ORB_SHARDED=true ORB_SCHEMA_CI_OUTPUT_DIR=reports CIRCLE_NODE_INDEX=1 \
      CIRCLE_NODE_TOTAL=4 FAILS=run FAILS_WITH=$code
    [ "$status" -eq 0 ]
    has 'argument --shard=2/4'
    has 'argument --no-publish'
  done
  start ORB_COMMAND=run ORB_SHARDED=1 CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1
  has 'SCHEMA_CI_OUTPUT_DIR=schema-ci-report/0'
  start ORB_COMMAND=run ORB_SHARDED=true CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1 FAILS=run FAILS_WITH=5
  [ "$status" -eq 5 ]
}

@test "a review that is not sharded ends as the runner does" {
  for code in 0 1 3 5; do
    start ORB_COMMAND=run ORB_SHARDED=false FAILS=run FAILS_WITH=$code
    [ "$status" -eq "$code" ]
    [[ $output != *--shard* ]]
  done
}

@test "a21: what can't be merged is not published" {
  start ORB_COMMAND=publish ORB_MERGE=true ORB_OPTION_FROM=reports FAILS=report FAILS_WITH=2
  [ "$status" -eq 2 ]
  [[ $output != *"argument publish"* ]]
  start ORB_COMMAND=publish ORB_MERGE=true ORB_OPTION_FROM=reports FAILS=report FAILS_WITH=1
  [ "$status" -eq 0 ]
  has 'argument publish'
}

@test "install: a command that is there is taken" {
  run bash "$SCRIPTS/install.sh"
  [ "$status" -eq 0 ]
  [ -z "$output" ]
}

@test "t19: install takes a whole commit and nothing else" {
  rm "$BATS_TEST_TMPDIR/bin/schema-ci"
  PATH=/usr/bin:/bin
  run env ORB_SOURCE= bash "$SCRIPTS/install.sh"
  [ "$status" -eq 4 ]
  [[ $output == *"has no command schema-ci"*"next: "* ]]
  for ref in main v1.0 0123456 '' --upload-pack=touch; do
    run env ORB_SOURCE=https://localhost/x "ORB_REF=$ref" bash "$SCRIPTS/install.sh"
    [ "$status" -eq 4 ]
    [[ $output == *"not a whole commit"*"next: "* ]]
  done
}

@test "t19: install puts that commit's command on the later steps' path" {
  rm "$BATS_TEST_TMPDIR/bin/schema-ci"
  PATH=/usr/bin:/bin
  mkdir -p source/script && cd source && git init -q .
  cat >script/environment <<'END'
environment_ready() {
  mkdir -p .venv/bin
  printf '#!/bin/sh\necho installed for %s\n' "$1" >.venv/bin/schema-ci
  chmod +x .venv/bin/schema-ci
}
END
  git add . && git -c user.name=x -c user.email=x@localhost commit -qm x
  git config uploadpack.allowReachableSHA1InWant true
  ref=$(git rev-parse HEAD)
  run env ORB_SOURCE="file://$PWD" ORB_REF="$ref" BASH_ENV="$BASH_ENV_FILE" bash "$SCRIPTS/install.sh"
  [ "$status" -eq 0 ]
  run bash -c ". '$BASH_ENV_FILE'; schema-ci"
  [ "$output" = "installed for run" ]
  run env ORB_SOURCE="file://$PWD" ORB_REF="${ref//[0-9a-f]/1}" BASH_ENV= bash "$SCRIPTS/install.sh"
  [ "$status" -ne 0 ]
}
