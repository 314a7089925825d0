# System packages. A user of the project needs the first list, its images and tests the second, better-sqlite3 the third.

RUNTIME_PACKAGES="podman conmon netavark aardvark-dns uidmap slirp4netns passt catatonit iptables nftables dbus-user-session haproxy git ca-certificates tar zstd"
TEST_PACKAGES="busybox-static sqlite3"
BUILD_PACKAGES="python3 make g++"
POLICY=/usr/sbin/policy-rc.d
POLICY_MARK="# placed by ./dev for the time of one installation"

# The runtime that works: crun needs cgroup v2 and systemd's delegation (podman 4.3.1; elsewhere it cannot set its limits).
oci_runtime() {
  if [ -d /run/systemd/system ] && [ -e /sys/fs/cgroup/cgroup.controllers ]; then echo crun; else echo runc; fi
}

# install_packages NAME…: those that are missing.
install_packages() {
  missing=
  if command -v dpkg-query >/dev/null; then
    for package in "$@"; do is_installed "$package" || missing="$missing $package"; done
  fi
  [ -n "$missing" ] || return 0
  need_root "system packages"
  # A half-installed package is worse than waiting: no signal reaches apt.
  trap '' INT TERM HUP
  forbid_services
  step "system packages:$missing" apt_install $missing ||
    fail "apt-get could not install:$missing" "see the lines above; ./dev knows Debian 12, Ubuntu 24.04 and later"
  allow_services
  case "$missing " in *" haproxy "*) forget_haproxy ;; esac
  interruptible
}

install_runtime() {
  install_packages $RUNTIME_PACKAGES $TEST_PACKAGES "$(oci_runtime)"
  command -v podman >/dev/null ||
    fail "podman is missing, and this is neither Debian nor Ubuntu" "install: $RUNTIME_PACKAGES $TEST_PACKAGES $(oci_runtime)"
}

is_installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# The lists are fetched only when the installation fails without: most machines have them.
apt_install() {
  apt_get install "$@" || { apt_get update && apt_get install "$@"; }
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@"
}

# Debian's haproxy starts itself as a system service; nobody asked for that. Somebody else's policy-rc.d is left alone.
forbid_services() {
  [ ! -e "$POLICY" ] || return 0
  printf '#!/bin/sh\n%s\nexit 101\n' "$POLICY_MARK" | as_root tee "$POLICY" >/dev/null
  as_root chmod 0755 "$POLICY"
}

allow_services() {
  if grep -qsF "$POLICY_MARK" "$POLICY"; then as_root rm -f "$POLICY"; fi
}

forget_haproxy() {
  [ ! -d /run/systemd/system ] || as_root systemctl disable --quiet haproxy.service || true
}
