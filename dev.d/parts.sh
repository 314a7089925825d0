# The commands of ./dev.

PARTS=
BROKEN=
PASSED=0
FAILED=0
SKIPPED=0

dev_install() {
  prepare_runtime
}

dev_build() {
  install_dependencies
  build_bundle
}

# What is asked for all day: eslint looks only at files that changed, and tests of one process share its modules, which is half
# of their time. A rule that needs the types of another file may be late by that, and a test may meet what another one left; CI
# lints all and keeps them apart.
dev_check() {
  install_dependencies
  part types-and-lint static_checks --cache --cache-location .cache/eslint/ --cache-strategy content
  part unit vitest_here unit --no-isolate
  report
}

dev_test() {
  prepare_runtime
  unpack servers $SERVER_PACKAGES
  unpack ssh $SSH_PACKAGES
  unpack clock $CLOCK_PACKAGES
  unpack browser $BROWSER_PACKAGES
  part types-and-lint static_checks
  part unit vitest_here unit
  part long vitest_here long
  # Half of it is waiting. Side by side only in networks of their own: fixed ports are asked for on both sides, and by whatever
  # else this machine does.
  if [ "$(id -u)" = 0 ]; then
    beside
    world_up
    offer_all
    network_up
    part e2e vitest_in_world e2e 1200 e2e --exclude "test/e2e/{$APART}.test.ts"
    keep_screenshots
    network_down
    world_down
    besides
  else
    world_up
    offer_all
    part contract vitest_in_world contract 900 contract
    part e2e vitest_in_world e2e 1300 e2e
    keep_screenshots
    world_down
  fi
  if [ "$(id -u)" = 0 ]; then part link link_part; else say "--- link: left out, only root can make network namespaces"; fi
  part package run_ts packages/cli/bundle/pack-trial.ts
  report
}

# End-to-end tests that go with the contract tests, so that both sides take about as long.
APART=clock,dashboard,dashboard-agent,drift,drill,recover,runbook

offer_all() {
  offer servers
  offer ssh ssh
  offer clock clock
  offer browser browser
}

keep_screenshots() {
  [ -d "$WORLD/out/screenshots" ] || return 0
  mkdir -p .cache/out
  cp -R "$WORLD/out/screenshots" .cache/out/
}

# Contract tests and some others as a process of its own, in a network namespace; `besides` waits and shows what it said.
beside() {
  beside_started=$(now_ms)
  say "--- apart: contract tests and {$APART}, beside the next part; what they say comes after it"
  "$ROOT/dev" apart "$LOGS" >"$LOGS/apart.log" 2>&1 &
  BESIDE_PID=$!
}

besides() {
  beside_verdict=ok
  wait "$BESIDE_PID" || { beside_verdict=FAILED && BROKEN="$BROKEN apart"; }
  say "--- apart"
  cat "$LOGS/apart.log"
  tell_part apart "$beside_started" "$beside_verdict"
  count_tests contract
  count_tests e2e-apart
}

# What `beside` runs. Its reports go where the caller counts.
dev_apart() {
  world_up
  offer_all
  network_up
  apart_verdict=0
  run vitest_in_world contract 900 contract || apart_verdict=1
  # shellcheck disable=SC2046
  run vitest_in_world e2e 700 e2e-apart $(printf 'test/e2e/%s.test.ts ' $(printf %s "$APART" | tr , ' ')) || apart_verdict=1
  for report in contract e2e-apart; do
    if [ -f "$WORLD/out/$report.json" ]; then cp "$WORLD/out/$report.json" "$1/"; fi
  done
  keep_screenshots
  network_down
  world_down
  return "$apart_verdict"
}

dev_demo() {
  prepare_runtime
  unpack demo $DEMO_PACKAGES
  world_up
  offer demo
  run in_world timeout -k 10 300 node --import tsx dev.d/demo.ts "$@"
}

# Reports that the bench writes to RECONCILE_OUT are kept in .cache/out; with --write its figures also go to specs/evidence.md.
# A missed limit is a failure, after its report is kept.
dev_bench() {
  prepare_runtime
  unpack peers $PEER_PACKAGES
  world_up
  offer peers
  bench_verdict=0
  run in_world timeout -k 10 1500 node --import tsx bench/main.ts "$@" || bench_verdict=$?
  mkdir -p .cache/out
  cp -R "$WORLD/out/." .cache/out/
  if [ -f "$WORLD/out/evidence.md" ]; then cat "$WORLD/out/evidence.md" >>specs/evidence.md; fi
  return "$bench_verdict"
}

dev_link() {
  prepare_runtime
  unpack servers $SERVER_PACKAGES
  link_part
}

# In a world of its own: podman keeps to the namespace in which it first made a network.
link_part() {
  world_up
  offer servers
  link_up
  link_part_verdict=0
  over_link timeout -k 10 600 node node_modules/vitest/vitest.mjs run --project e2e --no-file-parallelism test/e2e/link.test.ts || link_part_verdict=$?
  link_down
  world_down
  return "$link_part_verdict"
}

# Long runs with a promise to keep, by name; their reports are kept in .cache/out. Some need no world: theirs grow there piece by piece.
dev_campaign() {
  case ${1:-} in
    fuzz-* | registry | truncate)
      install_dependencies
      RECONCILE_OUT=$ROOT/.cache/out run run_ts test/campaigns/main.ts "$@"
      return
      ;;
  esac
  prepare_runtime
  unpack servers $SERVER_PACKAGES
  world_up
  offer servers
  campaign_verdict=0
  run in_world timeout -k 10 3600 node --import tsx test/campaigns/main.ts "$@" || campaign_verdict=$?
  mkdir -p .cache/out
  cp -R "$WORLD/out/." .cache/out/
  return "$campaign_verdict"
}

# Kills at every boundary, by the thousand. Runs are written to a ledger as they end; without --seed it goes on from there.
dev_faults() {
  install_dependencies
  mkdir -p .cache/out
  faults_ledger=$ROOT/.cache/out/faults.jsonl
  touch "$faults_ledger"
  set -- --seed "$(run_ts test/faults/main.ts --next "$faults_ledger" "$@")" "$@"
  faults_verdict=0
  case " $* " in
    *" --on podman "* | *" --on=podman "*) faults_on_podman "$@" 3>>"$faults_ledger" || faults_verdict=$? ;;
    *) run run_ts test/faults/main.ts "$@" 3>>"$faults_ledger" || faults_verdict=$? ;;
  esac
  run_ts test/faults/main.ts --summary "$faults_ledger"
  return "$faults_verdict"
}

faults_on_podman() {
  prepare_runtime
  unpack servers $SERVER_PACKAGES
  world_up
  offer servers
  run in_world node --import tsx test/faults/main.ts "$@"
}

dev_pack() {
  install_dependencies
  build_bundle
  run run_ts packages/cli/bundle/pack.ts
}

dev_shell() {
  prepare_runtime
  unpack servers $SERVER_PACKAGES
  unpack ssh $SSH_PACKAGES
  unpack clock $CLOCK_PACKAGES
  unpack browser $BROWSER_PACKAGES
  world_up
  offer servers
  offer ssh ssh
  offer clock clock
  offer browser browser
  if [ $# -gt 0 ]; then
    run in_world "$@"
  else
    # In the foreground, since it needs the terminal; Ctrl-C is the shell's own.
    trap : INT
    in_world sh -i || true
  fi
}

prepare_runtime() {
  install_dependencies
  install_runtime
  build_bundle
}

# static_checks WORDS FOR ESLINT…: side by side, since each keeps one processor busy. What a tool says is of interest when it fails.
static_checks() {
  { tool tsc --noEmit -p tsconfig.json && tool tsc --noEmit -p packages/dashboard; } >"$LOGS/types" 2>&1 &
  types=$!
  tool eslint "$@" --no-error-on-unmatched-pattern packages test bench dev.d >"$LOGS/eslint" 2>&1 &
  eslint=$!
  tool biome check --error-on-warnings . >"$LOGS/biome" 2>&1 &
  biome=$!
  verdict=0
  wait $types || { cat "$LOGS/types" && verdict=1; }
  wait $eslint || { cat "$LOGS/eslint" && verdict=1; }
  wait $biome || { cat "$LOGS/biome" && verdict=1; }
  return $verdict
}

# part NAME COMMAND…: a failure is remembered, the next part runs all the same.
part() {
  part_name=$1
  shift
  part_started=$(now_ms)
  say "--- $part_name"
  part_verdict=ok
  run "$@" || { part_verdict=FAILED && BROKEN="$BROKEN $part_name"; }
  tell_part "$part_name" "$part_started" "$part_verdict"
}

# tell_part NAME STARTED VERDICT: a line of the report, and its tests counted.
tell_part() {
  PARTS="$PARTS$(printf '%-22s %8s  %s' "$1" "$(seconds $(($(now_ms) - $2)))" "$3")
"
  count_tests "$1"
}

# vitest_here PROJECT WORDS…
vitest_here() {
  vitest_project=$1
  shift
  node node_modules/vitest/vitest.mjs run --project "$vitest_project" "$@" --passWithNoTests --silent=passed-only \
    --reporter=dot --reporter=json --outputFile.json="$LOGS/$vitest_project.json"
}

# vitest_in_world PROJECT SECONDS REPORT WORDS…
vitest_in_world() {
  vitest_project=$1 vitest_seconds=$2 vitest_report=$WORLD/out/$3.json
  shift 3
  in_world timeout -k 10 "$vitest_seconds" node node_modules/vitest/vitest.mjs run --project "$vitest_project" --no-file-parallelism --passWithNoTests --silent=passed-only \
    --reporter=default --reporter=json --outputFile.json="$vitest_report" "$@"
}

count_tests() {
  for file in "$LOGS/$1.json" "${WORLD:-/nonexistent}/out/$1.json"; do
    [ -f "$file" ] || continue
    run_ts dev.d/vitest-report.ts "$file" >"$LOGS/counted"
    read -r passed failed skipped <"$LOGS/counted"
    sed 1d "$LOGS/counted" >>"$LOGS/failures"
    PASSED=$((PASSED + passed)) FAILED=$((FAILED + failed)) SKIPPED=$((SKIPPED + skipped))
  done
}

report() {
  printf '\n%s\n%s passed, %s failed, %s skipped\n' "$PARTS" "$PASSED" "$FAILED" "$SKIPPED"
  [ -z "$BROKEN" ] || fail "not green:$BROKEN" "$(cat "$LOGS/failures" 2>/dev/null)"
}
