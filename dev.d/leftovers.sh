#!/bin/sh
# Runs ./dev COMMAND between two looks at the machine and fails on anything that is there only afterwards: users, subordinate
# ids, processes, listening ports, runtime directories, shared memory, temporary directories, mounts, network links.
#
# Other people may work on the machine meanwhile. Counted are: what belongs to users that did not exist before, what carries
# this run's mark in its environment, and, for an ordinary user, what belongs to the caller.
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || { echo 'usage: ./dev leftovers COMMAND' >&2 && exit 64; }

mark=leftovers-$$-$(date +%s)
looks=$(mktemp -d)
trap 'rm -rf -- "$looks"' EXIT
cut -d: -f3 /etc/passwd | sort >"$looks/uids"
me=$(id -u)

# counts UID: does what belongs to it count?
counts() {
  if [ "$1" = "$me" ] && [ "$me" != 0 ]; then return 0; fi
  ! grep -qx "$1" "$looks/uids"
}

# Without this script's own: its children and theirs. What ./dev leaks has another parent by now.
processes() {
  cat /proc/[0-9]*/status 2>/dev/null | awk -v self=$$ '
    /^State:/ { zombie = ($2 == "Z") }
    /^Pid:/ { pid = $2 }
    /^PPid:/ { parent[pid] = $2 }
    /^Uid:/ { if (!zombie) uid[pid] = $2 }
    END { for (pid in uid) if (pid != self && parent[pid] != self && parent[parent[pid]] != self) print pid, uid[pid] }' |
    while read -r pid owner; do
      # The session bus of whoever is logged in starts when first asked and ends with the session.
      ! grep -qs '/dbus\.service$' "/proc/$pid/cgroup" || continue
      if counts "$owner" || tr '\0' '\n' 2>/dev/null <"/proc/$pid/environ" | grep -qx "LEFTOVERS=$mark"; then
        printf 'process %s %s\n' "$pid" "$(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c1-120)"
      fi
    done
}

# State 0A listens (tcp), 07 is bound (udp); column 8 is the owner.
ports() {
  for table in tcp tcp6 udp udp6; do
    awk -v table="$table" 'NR > 1 && ($4 == "0A" || $4 == "07") { print table, $2, $8 }' "/proc/net/$table" 2>/dev/null || true
  done | while read -r table address owner; do
    if counts "$owner"; then echo "port $table $address uid $owner"; fi
  done
}

entries() {
  for entry in /run/user/* /dev/shm/* /var/tmp/* /tmp/* /run/containers/* /run/netns/*; do
    [ -e "$entry" ] || continue
    [ "$entry" != "$looks" ] || continue
    case ${entry##*/} in
      reconcile*) echo "path $entry" ;;
      *) if counts "$(stat -c %u "$entry" 2>/dev/null || echo 0)"; then echo "path $entry"; fi ;;
    esac
  done
}

look() {
  {
    sed 's/^/passwd /; s/:.*//' /etc/passwd
    sed 's/^/group /; s/:.*//' /etc/group
    sed 's/^/subuid /' /etc/subuid
    sed 's/^/subgid /' /etc/subgid
    awk '{ print "mount", $5 }' /proc/self/mountinfo
    for link in /sys/class/net/*; do echo "link ${link##*/}"; done
    for own in "$HOME/.config/containers" "$HOME/.local/share/containers" /usr/sbin/policy-rc.d; do [ ! -e "$own" ] || echo "path $own"; done
    processes
    ports
    entries
  } 2>/dev/null | sort -u >"$looks/$1"
}

# Packages stay, and bring users of their own.
./dev install
look before
status=0
# Ctrl-C is meant for ./dev: this script goes on to see whether it cleaned up.
trap : INT
LEFTOVERS=$mark ./dev "$@" || status=$?

# What was just killed is gone a moment later.
for _ in 1 2 3 4 5 6 7 8 9 10; do
  look after
  comm -13 "$looks/before" "$looks/after" >"$looks/left"
  [ -s "$looks/left" ] || break
  sleep 0.3
done

if [ -s "$looks/left" ]; then
  printf '\nleft behind by ./dev %s:\n' "$*"
  cat "$looks/left"
  exit 1
fi
printf '\n./dev %s left nothing behind (%s things compared); it ended with %s\n' "$*" "$(wc -l <"$looks/after")" "$status"
exit "$status"
