# Output and children of ./dev: one line a step, logs kept aside until something fails, nothing outlives us.

LOGS=
LEAVING=

# begin: from here on every exit goes through `leave`.
begin() {
  STARTED_MS=$(now_ms)
  mkdir -p "$ROOT/.cache"
  LOGS=$(mktemp -d "$ROOT/.cache/logs.XXXXXX")
  trap leave EXIT
  interruptible
}

interruptible() {
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
}

leave() {
  status=$?
  [ -z "$LEAVING" ] || return 0
  LEAVING=yes
  set +e
  trap '' INT TERM HUP
  end_children
  link_down
  network_down
  world_down
  podman5_down
  allow_services
  rm -rf -- "$LOGS"
  exit "$status"
}

finish() {
  say "$1: $(seconds $(($(now_ms) - STARTED_MS)))"
}

say() { printf '%s\n' "$*"; }

# fail WHAT [HINT]: the second line says what to do about it.
fail() {
  printf '\n%s\n' "$1" >&2
  [ $# -lt 2 ] || printf '  %s\n' "$2" >&2
  exit 1
}

now_ms() { date +%s%3N; }

seconds() { printf '%d.%d s' $(($1 / 1000)) $(($1 % 1000 / 100)); }

# step LABEL COMMAND…: runs it with its output kept aside; a failure shows the end of that output and ends ./dev.
step() {
  step_label=$1
  shift
  step_started=$(now_ms)
  printf '%s … ' "$step_label"
  if run "$@" >"$LOGS/step" 2>&1; then
    say "$(seconds $(($(now_ms) - step_started)))"
    return 0
  fi
  say failed
  tail -n 60 "$LOGS/step" >&2
  return 1
}

# run COMMAND…: in the background and waited for, since a trap runs only between commands and in `wait`.
run() {
  "$@" &
  run_status=0
  wait $! || run_status=$?
  return "$run_status"
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

# need_root WHY: asks for sudo's password once, up front, if it wants one.
need_root() {
  [ "$(id -u)" != 0 ] || return 0
  command -v sudo >/dev/null || fail "$1: neither root nor sudo" "run ./dev as root, or install sudo and allow it for $(id -un)"
  sudo -n true 2>/dev/null && return 0
  [ -t 0 ] || fail "$1: sudo wants a password and there is no terminal" "run ./dev from a terminal once, or as root"
  say "$1: sudo asks for your password"
  sudo -v || fail "$1: sudo refused" "run ./dev as root, or allow sudo for $(id -un)"
}

# Process ids below a process, from /proc: procps is not on every machine.
descendants() {
  cat /proc/[0-9]*/status 2>/dev/null | awk -v top="$1" '
    /^Pid:/ { pid = $2 }
    /^PPid:/ { parent[pid] = $2 }
    END {
      seen[top] = 1
      do {
        more = 0
        for (pid in parent) if (!(pid in seen) && (parent[pid] in seen)) { seen[pid] = 1; more = 1; print pid }
      } while (more)
    }'
}

# SIGTERM to all below us, SIGKILL after 5 s. What sudo started only root may end.
end_children() {
  children=$(descendants $$)
  send TERM $children
  waited=0
  while [ $waited -lt 50 ] && any_alive $children; do
    sleep 0.1
    waited=$((waited + 1))
  done
  send KILL $children
}

send() {
  send_signal=$1
  shift
  for pid in "$@"; do
    kill -s "$send_signal" "$pid" 2>/dev/null || [ ! -e "/proc/$pid" ] || [ "$(id -u)" = 0 ] ||
      sudo -n kill -s "$send_signal" "$pid" 2>/dev/null || true
  done
}

any_alive() {
  for pid in "$@"; do
    case $(cat "/proc/$pid/stat" 2>/dev/null) in '' | *') Z '*) ;; *) return 0 ;; esac
  done
  return 1
}
