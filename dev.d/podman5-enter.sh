#!/bin/sh
# podman5-enter.sh CACHE RUN CHECKOUT NODE WORDS…: first process of namespaces of its own (`in_podman5`). Makes the cached Debian their
# root and runs `./dev WORDS…` there. A changed root of a process (chroot) would not do: the kernel gives those no user namespaces.
set -eu
cache=$1 run=$2 checkout=$3 node=$4
shift 4

# What a run writes beside its world goes to memory: the cached root stays as it was made.
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
mount --bind "$run" "$root/var/tmp"
mount --bind "$checkout" "$root/src"
: >"$root/usr/local/bin/node"
mount --bind "$node" "$root/usr/local/bin/node"

# The machine's own podman, where it is a 4, with what it needs and this Debian lacks: what was made with that is there to be taken over.
case $(podman --version 2>/dev/null) in
  *' 4.'*)
    podman4=$(command -v podman)
    forwarder=$(command -v slirp4netns)
    mkdir "$root/opt/podman4"
    cp "$podman4" "$root/opt/podman4/podman"
    cp "$forwarder" "$root/usr/local/bin/"
    ldd "$podman4" "$forwarder" | awk '$3 ~ /^\// { print $3 }' | sort -u | while read -r library; do
      [ -e "$root$library" ] || cp -L "$library" "$root/usr/local/lib/"
    done
    ;;
esac

cd "$root"
pivot_root . old
umount -l /old
ldconfig
ip link set lo up
# It collects what loses its parent, and passes signals on.
exec env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root USER=root TERM="${TERM:-dumb}" ${CI:+CI="$CI"} ${LEFTOVERS:+LEFTOVERS="$LEFTOVERS"} \
  catatonit -- /src/dev "$@"
