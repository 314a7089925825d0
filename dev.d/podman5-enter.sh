#!/bin/sh
# podman5-enter.sh CACHE CHECKOUT NODE WORDS…: first process of namespaces of its own (`in_podman5`). Makes the cached Debian their
# root and runs `./dev WORDS…` there. A changed root of a process (chroot) would not do: the kernel gives those no user namespaces.
set -eu
cache=$1 checkout=$2 node=$3
shift 3

# What a run writes beside its world goes to memory: the cached root stays as it was made.
mkdir -p "$cache/mnt"
mount -t tmpfs -o mode=0755 podman5 "$cache/mnt"
root=$cache/mnt/root
mkdir "$cache/mnt/upper" "$cache/mnt/work" "$root"
mount -t overlay -o "lowerdir=$cache/debian,upperdir=$cache/mnt/upper,workdir=$cache/mnt/work" podman5 "$root"

mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/dev/shm"
mount -t tmpfs -o mode=0755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
# The world itself on a real file system: podman's native overlay cannot lie on another one.
mount --bind "$cache/worlds" "$root/var/tmp"
mount --bind "$checkout" "$root/src"
: >"$root/usr/local/bin/node"
mount --bind "$node" "$root/usr/local/bin/node"

cd "$root"
pivot_root . old
umount -l /old
ip link set lo up
# It collects what loses its parent, and passes signals on.
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root TERM="${TERM:-dumb}" ${CI:+CI="$CI"} ${LEFTOVERS:+LEFTOVERS="$LEFTOVERS"} \
  catatonit -- /src/dev "$@"
