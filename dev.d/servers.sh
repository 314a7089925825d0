# Servers and peers that only tests and benches need: Debian packages unpacked into the ignored cache, never installed, so that
# nothing starts by itself. `unpack SET PACKAGE…` once; `offer SET` puts a copy into the world as $RECONCILE_SERVERS, `offer SET
# DIR` beside it.

SERVER_PACKAGES="dnsmasq-base knot bind9 caddy docker-registry pebble shellcheck"
# A set of its own: its packages would make the other one anew on every machine that has that already.
SSH_PACKAGES="openssh-server"
CLOCK_PACKAGES="libfaketime"
BROWSER_PACKAGES="chromium fonts-dejavu-core"
PEER_PACKAGES="docker-compose dnsmasq-base knot caddy"
DEMO_PACKAGES="dnsmasq-base"
UNPACKED=$ROOT/.cache/unpacked

unpack() {
  set_name=$1
  shift
  set_dir=$UNPACKED/$set_name
  set_stamp="$*"
  [ "$(cat "$set_dir/.packages" 2>/dev/null)" != "$set_stamp" ] || return 0
  if ! command -v apt-get >/dev/null; then
    say "$set_name: not unpacked, this is neither Debian nor Ubuntu; tests that need it say so"
    return 0
  fi
  rm -rf -- "$set_dir"
  mkdir -p "$set_dir/debs"
  step "unpack $set_name: $*" unpack_debs "$set_dir" "$@" || fail "could not be unpacked: $*" "apt-get update, then again"
  printf '%s\n' "$set_stamp" >"$set_dir/.packages"
}

# With what they depend on and this machine lacks. Nothing here needs root but the lists, where there are none.
unpack_debs() {
  debs_dir=$1
  shift
  debs=$(missing_for "$@") || { as_root apt-get -q update && debs=$(missing_for "$@"); } || return 1
  # The names themselves too: an installed server is unpacked all the same, so that tests find it in one place.
  (cd "$debs_dir/debs" && apt-get -q download $(printf '%s\n' $debs "$@" | sort -u)) || return 1
  for deb in "$debs_dir"/debs/*.deb; do dpkg-deb -x "$deb" "$debs_dir" || return 1; done
  rm -rf -- "$debs_dir/debs"
  chmod -R u+rwX,go+rX "$debs_dir"
}

missing_for() {
  apt-get -s -q --no-install-recommends install "$@" | awk '/^Inst / { print $2 }'
}

# A copy by links where that can be: the world's user may not be able to reach the cache.
offer() {
  [ -d "$UNPACKED/$1" ] || return 0
  offered=$WORLD/${2:-servers}
  cp -Rl "$UNPACKED/$1" "$offered" 2>/dev/null || { rm -rf -- "$offered" && cp -R "$UNPACKED/$1" "$offered"; }
}
