# podman 5 beside the machine's own podman: the next Debian release in the ignored cache, made once, never changed by a run.
# `in_podman5 CMD…` runs a command there, as root, in mounts, processes and a network of its own (dev.d/podman5-enter.sh); they are
# gone with its first process, however it ended.

PODMAN5=$ROOT/.cache/podman5
PODMAN5_RELEASE=trixie
# No session bus: nothing manages users there.
PODMAN5_PACKAGES="podman runc conmon netavark aardvark-dns uidmap passt catatonit iptables nftables haproxy git ca-certificates tar zstd busybox-static sqlite3 iproute2 procps curl"
PODMAN5_TESTS="test/contract/podman.real.test.ts test/contract/podman-clients.real.test.ts test/contract/podman-exec.real.test.ts
test/contract/podman-inside.real.test.ts packages/drivers/podman/snapshot/snapshot.real.test.ts test/e2e/recover.test.ts
test/e2e/runbook.test.ts test/e2e/drift.test.ts test/e2e/parachute.test.ts test/e2e/bad-podman.test.ts test/e2e/doctor.test.ts
test/e2e/podman-exchanged.test.ts"
PODMAN5_SECONDS=900
PODMAN5_RUN=

# dev_podman5 [--write] [--again] [-- WORDS FOR VITEST…]: each file of the list once; what passed is not run again until something
# changed. --write adds the figures to specs/evidence.md.
dev_podman5() {
  [ "$(id -u)" = 0 ] || fail "a Debian of its own: only root can make one" "sudo ./dev podman5"
  podman5_write='' podman5_again=''
  while [ $# -gt 0 ]; do
    case $1 in
      --write) podman5_write=yes ;;
      --again) podman5_again=yes ;;
      --) shift && break ;;
      *) break ;;
    esac
    shift
  done
  prepare_runtime
  podman5_root
  podman5_up
  podman5_stamp >"$LOGS/stamp"
  if [ "$podman5_again" ] || ! cmp -s "$LOGS/stamp" "$PODMAN5/reports/stamp"; then
    rm -rf -- "$PODMAN5/reports"
    mkdir -p "$PODMAN5/reports"
    cp "$LOGS/stamp" "$PODMAN5/reports/stamp"
  fi
  podman5_verdict=0
  run in_podman5 podman5-inside "$@" || podman5_verdict=$?
  podman5_down
  [ $# -eq 0 ] || return "$podman5_verdict"
  run_ts dev.d/podman5-report.ts "$PODMAN5/reports" >"$LOGS/figures" || podman5_verdict=1
  cat "$LOGS/figures"
  [ -z "$podman5_write" ] || cat "$LOGS/figures" >>specs/evidence.md
  return "$podman5_verdict"
}

# A directory of this run, for its world: on the disk, since podman's native overlay cannot lie on another one.
podman5_up() {
  mkdir -p "$PODMAN5/reports" "$PODMAN5/mnt"
  for podman5_run in "$PODMAN5"/run.*; do
    [ ! -d "$podman5_run" ] || kill -0 "${podman5_run##*.}" 2>/dev/null || rm -rf -- "$podman5_run"
  done
  PODMAN5_RUN=$PODMAN5/run.$$
  install -d -m 1777 "$PODMAN5_RUN"
}

podman5_down() {
  [ -z "$PODMAN5_RUN" ] || rm -rf -- "$PODMAN5_RUN"
  PODMAN5_RUN=
}

# What a report is about: every source, and the Debian it ran on. Not what is built from them: its code caches differ every time.
podman5_stamp() {
  cat "$PODMAN5/debian/.packages"
  find dev dev.d packages test vitest.config.ts pnpm-lock.yaml -name node_modules -prune -o -type f -print | LC_ALL=C sort | xargs cksum | cksum
}

podman5_root() {
  podman5_wanted="$PODMAN5_RELEASE $PODMAN5_PACKAGES"
  [ "$(cat "$PODMAN5/debian/.packages" 2>/dev/null)" != "$podman5_wanted" ] || return 0
  install_packages debootstrap
  rm -rf -- "$PODMAN5/debian" "$PODMAN5/debian.new"
  mkdir -p "$PODMAN5/debs"
  step "Debian $PODMAN5_RELEASE, once" podman5_make "$PODMAN5/debian.new" || fail "Debian $PODMAN5_RELEASE could not be made" "is its mirror reachable? see the lines above"
  printf '%s\n' "$podman5_wanted" >"$PODMAN5/debian.new/.packages"
  mv "$PODMAN5/debian.new" "$PODMAN5/debian"
}

# User ids of their own too: what the kernel counts by user id is not shared with anybody's worlds.
podman5_make() {
  # shellcheck disable=SC2016
  podman5_mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Component: main' | head -n 1)
  debootstrap --variant=minbase --cache-dir="$PODMAN5/debs" --include="$(printf %s "$PODMAN5_PACKAGES" | tr ' ' ,)" \
    "$PODMAN5_RELEASE" "$1" "${podman5_mirror:-http://deb.debian.org/debian}" || return 1
  printf '127.0.0.1 localhost\n::1 localhost\n' >"$1/etc/hosts"
  sed -i 's/^#*\(UID_MIN\|GID_MIN\)[[:space:]].*/\1 20000/; s/^#*\(SUB_UID_MIN\|SUB_GID_MIN\)[[:space:]].*/\1 300000000/' "$1/etc/login.defs"
  mkdir -p "$1/src" "$1/old" "$1/usr/local/bin"
}

# in_podman5 WORDS…: `./dev WORDS…` there.
in_podman5() {
  exec unshare --mount --pid --net --ipc --uts --fork --kill-child \
    sh "$ROOT/dev.d/podman5-enter.sh" "$PODMAN5" "$PODMAN5_RUN" "$ROOT" "$(readlink -f "$(command -v node)")" "$@"
}

# What `in_podman5` runs: the checkout lies in /src, reports go to its cache.
dev_podman5_inside() {
  world_up
  offer servers
  podman5_versions >"$PODMAN5/reports/versions"
  podman5_broken=0
  if [ $# -gt 0 ]; then
    run in_world timeout -k 10 "$PODMAN5_SECONDS" node node_modules/vitest/vitest.mjs run --project contract --project e2e --no-file-parallelism "$@" || podman5_broken=1
  else
    for podman5_test in $PODMAN5_TESTS; do
      if podman5_one "$podman5_test"; then continue; fi
      podman5_broken=1
      # What it left must not be the next one's trouble.
      world_down
      world_up
      offer servers
    done
  fi
  world_down
  return "$podman5_broken"
}

podman5_one() {
  podman5_report=$(printf %s "$1" | tr / _).json
  if podman5_passed "$PODMAN5/reports/$podman5_report"; then
    say "--- $1: passed before, nothing changed since"
    return 0
  fi
  say "--- $1"
  case $1 in test/e2e/*) podman5_project=e2e ;; *) podman5_project=contract ;; esac
  podman5_one_verdict=0
  run vitest_in_world "$podman5_project" "$PODMAN5_SECONDS" podman5 "$1" || podman5_one_verdict=1
  [ ! -f "$WORLD/out/podman5.json" ] || cp "$WORLD/out/podman5.json" "$PODMAN5/reports/$podman5_report"
  rm -f -- "$WORLD/out/podman5.json"
  return "$podman5_one_verdict"
}

podman5_passed() {
  [ -f "$1" ] && node -e 'process.exit(JSON.parse(require("fs").readFileSync(process.argv[1])).success ? 0 : 1)' "$1"
}

podman5_versions() {
  # shellcheck source=/dev/null
  . /etc/os-release
  printf 'podman %s, %s, %s, %s\n' "$podman_version" "$storage" \
    "$(dpkg-query -W -f='${Package} ${Version}, ' "$(oci_runtime)" conmon netavark passt nftables | sed 's/, $//')" "$PRETTY_NAME"
}
