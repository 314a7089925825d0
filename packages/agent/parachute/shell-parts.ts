/**
 * The unchanging part of the script. POSIX sh without options that dash lacks; every `$` that is TypeScript's is none here.
 *
 * - The lock (specs/0009): `lock.json` names its last holder by pid and start time, field 22 of /proc/PID/stat. The name in
 *   that line may hold blanks and parentheses, so it is cut at its last one.
 * - After a boot podman may still call a container running whose process is gone: its pid is looked up.
 * - A container whose storage alone is left (podman's database was lost) is released by `rm --force`, which takes
 *   nothing that has another name. One of that name without our labels is nobody's to start.
 */
export const shellParts = `set -u
umask 077
PATH=\${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
XDG_RUNTIME_DIR=\${XDG_RUNTIME_DIR:-$RUNTIME}
export PATH XDG_RUNTIME_DIR
cd / || exit 1
FAILED=0
LOST=

say() { printf '%s parachute: %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >&2; }
trouble() {
  say "$*"
  FAILED=1
}

# Is somebody the writer of this node: its agent, or a person's pass?
writer_lives() {
  [ -r "$STATE/lock.json" ] || return 1
  lock=$(cat "$STATE/lock.json")
  holder=\${lock#*'"pid":'}
  holder=\${holder%%[!0-9]*}
  ticks=\${lock#*'"startTicks":'}
  ticks=\${ticks%%[!0-9]*}
  [ -n "$holder" ] && [ -r "/proc/$holder/stat" ] || return 1
  stat=$(cat "/proc/$holder/stat" 2>/dev/null) || return 1
  # shellcheck disable=SC2086
  set -- \${stat##*) }
  [ "\${20:-}" = "$ticks" ]
}
stand_aside() {
  if writer_lives; then
    say "reconcile is at work (process $holder), standing aside"
    exit 0
  fi
}

pid_of() { podman container inspect --format '{{.State.Pid}}' -- "$1" 2>/dev/null; }
runs() {
  [ "$(podman container inspect --format '{{.State.Running}}' -- "$1" 2>/dev/null)" = true ] || return 1
  pid=$(pid_of "$1") && [ "$pid" -gt 1 ] 2>/dev/null && [ -d "/proc/$pid" ]
}
# listens NAME tcp|udp HEX: states of /proc/net are 0A (LISTEN) and 07 (udp, unconnected).
listens() {
  runs "$1" || return 1
  case $2 in tcp) state=0A ;; *) state=07 ;; esac
  cat "/proc/$pid/net/$2" "/proc/$pid/net/\${2}6" 2>/dev/null | grep -q ":$3 [0-9A-F]*:0000 $state "
}

# lose NUMBER WHY: nobody waits for that one.
lose() {
  LOST="$LOST $1 "
  trouble "$2"
}

# bring NUMBER NAME [ID]: one that was taken over is known by its id alone. Starts the one that is there, else makes it.
bring() {
  stand_aside
  if podman container exists "$2"; then
    label=$(podman container inspect --format '{{index .Config.Labels "io.reconcile.key"}} {{index .Config.Labels "io.reconcile.node"}}' -- "$2" 2>/dev/null)
    id=$(podman container inspect --format '{{.Id}}' -- "$2" 2>/dev/null)
    if [ "$label" != "container/$2 $NODE" ] && [ "$id" != "\${3:-}" ]; then
      lose "$1" "$2: somebody else has a container of that name"
      return 0
    fi
    if runs "$2"; then
      say "$2 runs"
      return 0
    fi
    if ! "fill_$1"; then
      lose "$1" "$2 is not started, what it mounts is not there"
      return 0
    fi
    if podman start -- "$2" >/dev/null && runs "$2"; then
      say "$2 started"
      return 0
    fi
    say "$2 does not start, it is made anew"
  fi
  podman rm --force --time 0 -- "$2" >/dev/null 2>&1
  if "fill_$1" && "make_$1"; then say "$2 made"; else lose "$1" "$2 could not be made"; fi
}

# settle WHAT SECONDS continue|hold NUMBER:NAME…: waits until all are ready, at most that long.
settle() {
  what=$1
  until=$(($(date +%s) + $2))
  then=$3
  shift 3
  while :; do
    late=
    lost=
    for one in "$@"; do
      case $LOST in
        *" \${one%%:*} "*) lost="$lost \${one#*:}" ;;
        *) "ready_\${one%%:*}" || late="$late \${one#*:}" ;;
      esac
    done
    [ -n "$late$lost" ] || return 0
    [ -n "$late" ] || break
    [ "$(date +%s)" -lt "$until" ] || break
    sleep 1
  done
  trouble "$what is late:$late$lost"
  if [ "$then" = hold ]; then
    say "what comes after it is held until a person looks"
    exit 1
  fi
}`;
