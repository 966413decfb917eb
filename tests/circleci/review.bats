# The orb's review of a real pull request, with CircleCI's environment, on a forge that stands in for
# GitHub. $SCRIPTS is the scripts' folder; $WORK the job's checkout; the command is the real one.

job() {
  run env ORB_COMMAND="$1" ORB_NAMED_GITHUB_TOKEN=TOKEN_OF_THE_CONTEXT "${@:2}" \
    bash "$SCRIPTS/run.sh"
}

setup() {
  cd "$WORK"
}

@test "b19: the review publishes and leaves test results and artifacts" {
  job run ORB_OPTION_PROJECT= ORB_OPTION_BASE= ORB_SCHEMA_CI_OUTPUT_DIR=reports
  [ "$status" -eq 3 ]
  [[ $output == *"ADD COLUMN email"* ]]
  [[ $output == *"published comment: "* ]]
  [[ $output == *"published check: "* ]]
  [[ $output != *"$TOKEN_OF_THE_CONTEXT"* ]]
  grep -q '<testsuites' reports/report.junit.xml
  [ -s reports/report.json ]
}

@test "diff says that a migration is missing and writes none" {
  job diff ORB_SWITCH_CHECK=true
  [ "$status" -eq 3 ]
  [ -z "$(git status --porcelain)" ]
}

@test "lint and dry-run judge what is new since the base" {
  job lint ORB_OPTION_BASE=main
  [ "$status" -eq 0 ]
  job dry-run ORB_OPTION_BASE=main ORB_OPTION_LATEST=
  [ "$status" -eq 0 ]
}

@test "publish publishes what an earlier job has left" {
  job publish ORB_OPTION_FROM=reports
  [ "$status" -eq 3 ]
  [[ $output == *"comment"* ]]
}

@test "a21: two containers review, and a job behind them publishes what both have left" {
  export CIRCLE_NODE_TOTAL=2
  for CIRCLE_NODE_INDEX in 0 1; do
    export CIRCLE_NODE_INDEX
    job run ORB_SHARDED=true ORB_OPTION_BASE=main ORB_SCHEMA_CI_OUTPUT_DIR=shards
    [ "$status" -eq 0 ]
    [[ $output != *"published "* ]]
    [ -s "shards/$CIRCLE_NODE_INDEX/report.json" ]
  done
  job publish ORB_MERGE=true ORB_OPTION_FROM=shards
  [ "$status" -eq 3 ]
  [[ $output == *"comment"* ]]
}
