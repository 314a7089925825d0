# Two machines on one: network namespaces with a veth between, as rift and svc have their overlay. Only root can make them.
# `over_link CMD…` runs a command as the world's user in rift's namespace; a second process of that user in svc's runs what it is
# asked to (test/e2e/door.ts), and root cuts and mends the link when told to by a fifo.

LINK=
LINK_PIDS=

link_up() {
  [ "$(id -u)" = 0 ] || fail "two network namespaces: only root can make them" "sudo ./dev link"
  command -v ip >/dev/null || install_packages iproute2
  LINK=${world_name#reconcile-}
  for side in rift svc; do
    ip netns add "$LINK-$side"
    ip -n "$LINK-$side" link set lo up
    nsenter "--net=/run/netns/$LINK-$side" sh -c 'echo 53 >/proc/sys/net/ipv4/ip_unprivileged_port_start'
  done
  ip link add "r$LINK" netns "$LINK-rift" type veth peer name "s$LINK" netns "$LINK-svc"
  link_side rift "r$LINK" 100.95.252.120/8 192.168.88.181/24
  link_side svc "s$LINK" 100.106.232.4/8
  mkfifo -m 0622 "$WORLD/link"
  link_words &
  LINK_PIDS=$!
  WORLD_VIA="nsenter --net=/run/netns/$LINK-svc"
  in_world node --import tsx test/e2e/door.ts "$WORLD/tmp/door" &
  LINK_PIDS="$LINK_PIDS $!"
  WORLD_VIA=
}

link_side() {
  side=$1 device=$2
  shift 2
  for address in "$@"; do ip -n "$LINK-$side" address add "$address" dev "$device"; done
  ip -n "$LINK-$side" link set "$device" up
}

# Opened for both, so that the end of one writer ends nothing; what was done is written down for whoever asked.
link_words() {
  while read -r word; do
    case $word in
      cut) ip -n "$LINK-svc" link set "s$LINK" down ;;
      mend) ip -n "$LINK-svc" link set "s$LINK" up ;;
      *) continue ;;
    esac
    echo "$word" >"$WORLD/link.done"
  done <>"$WORLD/link"
}

over_link() {
  WORLD_VIA="nsenter --net=/run/netns/$LINK-rift"
  link_verdict=0
  in_world env RECONCILE_LINK="$WORLD" "$@" || link_verdict=$?
  WORLD_VIA=
  return "$link_verdict"
}

link_down() {
  [ -n "$LINK" ] || return 0
  [ -z "$LINK_PIDS" ] || kill $LINK_PIDS 2>/dev/null || true
  for side in rift svc; do ip netns delete "$LINK-$side" 2>/dev/null || true; done
  LINK=
  LINK_PIDS=
}
