# A throw-away rootless world: a user of its own when we are root, else own HOME, runtime and storage directories of the caller.
# `in_world CMD…` runs a command there; `world_down` ends every process of it and removes every trace.

WORLD=
world_name=
WORLD_USER=
WORLD_VIA=
WORLDS=${RECONCILE_WORLD_DIR:-/var/tmp}

world_up() {
  sweep_worlds
  world_name=reconcile-$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
  WORLD=$WORLDS/$world_name
  mkdir -m 0711 "$WORLD"
  printf '%s %s\n' "$$" "$(start_ticks $$)" >"$WORLD/owner"
  if [ "$(id -u)" = 0 ]; then world_of_root; else world_of_caller; fi
  offer_tun
  world_files
  check_world
}

world_of_root() {
  step "user $world_name" add_user "$world_name" || fail "the user $world_name could not be made"
  WORLD_USER=$world_name
  WORLD_UID=$(id -u "$WORLD_USER")
  WORLD_GID=$(id -g "$WORLD_USER")
  WORLD_RUN=/run/user/$WORLD_UID
  # The caller's checkout may be unreadable for that user, and must stay as it is: it works on a copy.
  WORLD_CHECKOUT=$WORLD/checkout
  world_dirs
  if [ -d /run/systemd/system ]; then
    systemctl start "user@$WORLD_UID.service" || fail "the user manager of $world_name could not be started" "systemctl status user@$WORLD_UID"
  else
    mkdir -p /run/user
    install -d -m 0700 -o "$WORLD_UID" -g "$WORLD_GID" "$WORLD_RUN"
  fi
  step "copy of the checkout" copy_checkout || fail "the checkout could not be copied to $WORLD"
}

# lock_type: podman's shared-memory locks are one file per uid, and the caller's own podman uses it.
world_of_caller() {
  WORLD_USER=$(id -un)
  WORLD_UID=$(id -u)
  WORLD_GID=$(id -g "$WORLD_USER")
  WORLD_RUN=$WORLD/run
  WORLD_CHECKOUT=$ROOT
  world_dirs
  mkdir -m 0700 "$WORLD_RUN"
  [ ! -S "/run/user/$WORLD_UID/bus" ] || ln -s "/run/user/$WORLD_UID/bus" "$WORLD_RUN/bus"
  if ! has_subids "$WORLD_USER"; then
    need_root "subordinate ids for $WORLD_USER"
    say "subordinate ids for $WORLD_USER: none yet, adding a range to /etc/subuid and /etc/subgid (it stays)"
    give_subids "$WORLD_USER"
  fi
}

world_dirs() {
  for dir in home tmp out; do
    mkdir -m 0700 "$WORLD/$dir"
    chown "$WORLD_UID" "$WORLD/$dir"
  done
  mkdir "$WORLD/bin"
  ln -s "$WORLD_CHECKOUT/dist/bin/reconcile.js" "$WORLD/bin/reconcile"
  world_node=$(readlink -f "$(command -v node)")
  if [ "$(id -u)" != 0 ] || setpriv --reuid="$WORLD_UID" --clear-groups test -x "$world_node"; then
    ln -s "$world_node" "$WORLD/bin/node"
  else
    cp "$world_node" "$WORLD/bin/node"
  fi
}

# Another useradd may hold the lock on /etc/passwd for a moment.
add_user() {
  attempt=0
  until useradd --no-create-home --home-dir "$WORLD/home" --shell /bin/sh "$1"; do
    attempt=$((attempt + 1))
    [ $attempt -lt 10 ] || return 1
    sleep 0.5
  done
  has_subids "$1" || give_subids "$1"
}

has_subids() { grep -qs "^$1:" /etc/subuid && grep -qs "^$1:" /etc/subgid; }

give_subids() {
  first=$(awk -F: '$2 + $3 > top { top = $2 + $3 } END { print (top > 100000) ? top : 100000 }' /etc/subuid /etc/subgid 2>/dev/null || echo 100000)
  as_root usermod --add-subuids "$first-$((first + 65535))" --add-subgids "$first-$((first + 65535))" "$1"
}

# Without what only the checks need: it is most of the bytes.
copy_checkout() {
  mkdir "$WORLD_CHECKOUT" &&
    tar -C "$ROOT" --exclude=./.git --exclude=./.cache --exclude=./coverage --exclude='./node_modules/.pnpm/eslint@*' --exclude='./node_modules/.pnpm/*typescript-eslint*' \
      --exclude='./node_modules/.pnpm/typescript@*' --exclude='./node_modules/.pnpm/@biomejs*' \
      --exclude='better-sqlite3/deps' --exclude='better-sqlite3/build/Release/obj*' -cf - . |
    tar -C "$WORLD_CHECKOUT" --no-same-owner -xf - &&
    chown -R -h "$WORLD_USER:" "$WORLD_CHECKOUT"
}

# Rootless networks need the tun device; on full machines everybody may open it, in containers and small VMs only root.
offer_tun() {
  if [ -r /dev/net/tun ] && [ -w /dev/net/tun ] && [ "$(stat -c %a /dev/net/tun)" = 666 ]; then return 0; fi
  need_root "/dev/net/tun"
  say "/dev/net/tun: not there for ordinary users, opening it (it stays so until the next boot)"
  [ -e /dev/net/tun ] || as_root modprobe tun 2>/dev/null || as_root sh -c 'mkdir -p /dev/net && mknod /dev/net/tun c 10 200'
  as_root chmod 0666 /dev/net/tun
}

# Written before the first podman command of that user: podman records the storage driver and the record wins.
world_files() {
  in_world mkdir -p "$WORLD/home/.config/containers"
  world_storage overlay
  open_files=$(hard_limit 'open files')
  processes=$(hard_limit 'processes')
  {
    printf '[containers]\ndefault_ulimits = ["nofile=%s:%s", "nproc=%s:%s"]\n' \
      "$open_files" "$open_files" "$processes" "$processes"
    printf '[engine]\nruntime = "%s"\ncgroup_manager = "%s"\nevents_logger = "file"\n' "$(oci_runtime)" "$(cgroup_manager)"
    [ "$WORLD_CHECKOUT" != "$ROOT" ] || printf 'lock_type = "file"\n'
  } | in_world tee "$WORLD/home/.config/containers/containers.conf" >/dev/null
}

# With a user manager podman gets cgroups of its own, and limits bite.
cgroup_manager() { if [ -S "$WORLD_RUN/bus" ]; then echo systemd; else echo cgroupfs; fi; }

world_storage() {
  printf '[storage]\ndriver = "%s"\n' "$1" | in_world tee "$WORLD/home/.config/containers/storage.conf" >/dev/null
}

# hard_limit NAME: ours, at most 4096: podman's own default is higher than some machines allow.
hard_limit() {
  sed -n "s/^Max $1  *[^ ]* *\([^ ]*\).*/\1/p" /proc/self/limits | awk '{ print ($1 == "unlimited" || $1 > 4096) ? 4096 : $1 }'
}

# Every podman command is run in the world, even this one: podman makes directories in /tmp for whoever has no session.
# Native overlay needs a file system below that can carry it: not that of many containers. vfs always works.
check_world() {
  podman_version=$(in_world podman --version | sed 's/[^0-9]*//')
  case $podman_version in
    [0-3].* | 4.[0-2].*) fail "podman $podman_version is too old: 4.3 or later is needed" "use Debian 12, Ubuntu 24.04 or later" ;;
  esac
  storage=overlay
  if ! first_container >"$LOGS/podman" 2>&1; then
    storage=vfs
    in_world unshare --map-root-user --map-auto rm -rf "$WORLD/home/.local/share/containers" "$WORLD_RUN/containers" "$WORLD_RUN/libpod" || true
    world_storage vfs
    first_container >>"$LOGS/podman" 2>&1 || {
      tail -n 20 "$LOGS/podman" >&2
      fail "podman cannot run a container as $WORLD_USER" "are user namespaces allowed here? see the lines above"
    }
  fi
  say "rootless world: $WORLD_USER, podman $podman_version, $storage, $(oci_runtime), $(cgroup_manager)"
}

# Only a container that ran shows that storage, network and runtime work; `podman info` is content with less.
first_container() {
  tar -C "$(dirname "$(command -v busybox)")" -cf - busybox | in_world podman import -q - localhost/first:1 &&
    in_world podman run --rm --log-driver=none localhost/first:1 /busybox true &&
    in_world podman rmi localhost/first:1
}

# in_world CMD…: in the checkout, with a clean environment.
in_world() {
  set -- env -i HOME="$WORLD/home" USER="$WORLD_USER" LOGNAME="$WORLD_USER" SHELL=/bin/sh LANG=C.UTF-8 \
    PATH="$WORLD/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" XDG_RUNTIME_DIR="$WORLD_RUN" TMPDIR="$WORLD/tmp" \
    RECONCILE_OUT="$WORLD/out" RECONCILE_SERVERS="$WORLD/servers" RECONCILE_SSH="$WORLD/ssh" RECONCILE_CLOCK="$WORLD/clock" RECONCILE_BROWSER="$WORLD/browser" TERM="${TERM:-dumb}" ${CI:+CI="$CI"} ${NO_COLOR:+NO_COLOR="$NO_COLOR"} ${COLUMNS:+COLUMNS="$COLUMNS"} \
    sh -c 'cd "$0" && exec "$@"' "$WORLD_CHECKOUT" "$@"
  if [ "$(id -u)" = 0 ]; then
    set -- setpriv --reuid="$WORLD_UID" --regid="$WORLD_GID" --init-groups "$@"
  fi
  # Words of our own, without blanks: a namespace to run it in.
  # shellcheck disable=SC2086
  set -- $WORLD_VIA "$@"
  "$@"
}

# A network of the world's own, with loopback alone. Only root can make one.
network_up() {
  command -v ip >/dev/null || install_packages iproute2
  ip netns add "$world_name"
  ip -n "$world_name" link set lo up
  WORLD_VIA="nsenter --net=/run/netns/$world_name"
  # Fixed ports of the platform example lie where the kernel takes those of connections; one that has such a port keeps a
  # container from its own.
  nsenter "--net=/run/netns/$world_name" sh -c 'echo 38080,38443,48080,48116,58080 >/proc/sys/net/ipv4/ip_local_reserved_ports'
}

network_down() {
  case $WORLD_VIA in *"/$world_name") ip netns delete "$world_name" 2>/dev/null || true ;; esac
  WORLD_VIA=
}

world_down() {
  [ -n "$WORLD" ] || return 0
  end_world "$WORLD"
  WORLD=
}

# end_world DIR: works from the directory alone, so that a world whose ./dev was killed can be swept later.
end_world() {
  gone_user=$(basename "$1")
  gone_uid=$(id -u "$gone_user" 2>/dev/null) || gone_uid=
  [ -z "$gone_uid" ] || [ ! -d /run/systemd/system ] || systemctl stop "user@$gone_uid.service" || true
  tries=0
  while pids=$(world_pids "$1" "$gone_user" "$gone_uid") && [ -n "$pids" ] && [ $tries -lt 100 ]; do
    kill -s KILL $pids 2>/dev/null || true
    tries=$((tries + 1))
    sleep 0.1
  done
  if [ -n "$gone_uid" ]; then
    rm -rf "/run/user/$gone_uid" "/dev/shm/libpod_rootless_lock_$gone_uid"
    userdel "$gone_user" 2>/dev/null || say "user $gone_user could not be removed: userdel $gone_user" >&2
  fi
  remove_world "$1"
}

# Of a user of its own: all its processes and those of its subordinate ids. Of the caller: those whose environment, command
# line or mounts name the world's directory (containers see it in their mounts only).
world_pids() {
  if [ -n "$3" ]; then
    cat /proc/[0-9]*/status 2>/dev/null | awk -v uid="$3" -v range="$(sed -n "s/^$2://p" /etc/subuid | head -n 1)" '
      BEGIN { split(range, sub_ids, ":"); low = sub_ids[1]; high = low + sub_ids[2] }
      /^State:/ { zombie = ($2 == "Z") }
      /^Pid:/ { pid = $2 }
      /^Uid:/ { if (!zombie && ($2 == uid || $3 == uid || (low != "" && $2 >= low && $2 < high))) print pid }'
  elif [ "$(id -u)" != 0 ]; then
    printf '%s/\n' "$1" | grep -lsF -f - /proc/[0-9]*/environ /proc/[0-9]*/cmdline /proc/[0-9]*/mountinfo |
      cut -d/ -f3 | sort -u || true
  fi
}

# Layers belong to subordinate ids: only root, or a user namespace with all of them, may remove those.
remove_world() {
  rm -rf -- "$1" 2>/dev/null || unshare --map-root-user --map-auto rm -rf -- "$1" 2>/dev/null || true
  [ ! -e "$1" ] || say "could not be removed: $1" >&2
}

# What a killed ./dev of this user left: its directory names an owner that is gone.
sweep_worlds() {
  for dir in "$WORLDS"/reconcile-*; do
    if [ ! -O "$dir" ] || [ -L "$dir" ] || [ ! -f "$dir/owner" ]; then continue; fi
    read -r owner ticks <"$dir/owner" || continue
    [ "$(start_ticks "$owner")" != "$ticks" ] || continue
    say "removing what an interrupted run left: $dir"
    end_world "$dir"
  done
}

# With the pid the identity of a process: a pid alone comes round again.
start_ticks() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
