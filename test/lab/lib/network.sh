# SPDX-License-Identifier: LGPL-2.1-or-later
# The network between the hosts: a bridge, a veth pair for each host, slow links, closed ports, ssh keys.

network_up() {
  ip link add "$bridge" type bridge
  ip address add "$subnet.1/24" dev "$bridge"
  ip link set "$bridge" up
  network_browser
}

# A network namespace for the browser of the tests, with one veth pair to the bridge. Chromium aborts requests when a network interface
# is added or removed, and other labs do that on this machine. The namespace exists as long as its process.
network_browser() {
  local pid outer=${bridge}v254
  setsid unshare --net sleep infinity >/dev/null 2>&1 </dev/null &
  pid=$!
  disown "$pid"
  wait_for 20 'the network of the browser' browser_has_network "$pid"
  ip link add "$outer" type veth peer name eth0 netns "$pid"
  ip link set "$outer" master "$bridge" up
  # Without IPv6, because its addresses are available only a second after the link.
  nsenter --target "$pid" --net sh -c "
    [ ! -e /proc/sys/net/ipv6 ] || echo 1 >/proc/sys/net/ipv6/conf/all/disable_ipv6
    ip link set lo up; ip address add $subnet.254/24 dev eth0; ip link set eth0 up"
  echo "$pid" >"$run/browser"
}

browser_has_network() {
  [ "$(cat "/proc/$1/comm")" = sleep ]
}

# The bridge's end of HOST's veth pair.
outer_link() {
  local address
  address=$(host_address "$1")
  echo "${bridge}v${address##*[.:]}"
}

network_attach() {
  local host=$1 pid outer address prefix=24
  pid=$(host_pid "$host")
  address=$(host_address "$host")
  # nodad: without the second of duplicate address detection.
  [ ! -f "$run/ipv6" ] || prefix='64 nodad'
  outer=$(outer_link "$host")
  ip link add "$outer" type veth peer name eth0 netns "$pid"
  ip link set "$outer" master "$bridge" up
  in_host "$host" sh -c "ip link set lo up; ip address add $address/$prefix dev eth0; ip link set eth0 up"
}

network_link() {
  in_host "$1" ip link set eth0 "$2"
}

# Both directions: what the host sends (its eth0) and what it receives (the bridge's end).
network_shape() {
  local host=$1 rate=$2 outer
  outer=$(outer_link "$host")
  in_host "$host" tc qdisc del dev eth0 root 2>/dev/null || true
  tc qdisc del dev "$outer" root 2>/dev/null || true
  [ "$rate" = off ] && return
  in_host "$host" tc qdisc add dev eth0 root tbf rate "$rate" burst 64kb latency 50ms
  tc qdisc add dev "$outer" root tbf rate "$rate" burst 64kb latency 50ms
}

network_firewall() {
  local host=$1 action=$2 ports=$3
  in_host "$host" nft -f - <<NFT
table inet lab
add chain inet lab input { type filter hook input priority 0; }
NFT
  # One rule for each port range. Its comment identifies it.
  local handle
  handle=$(in_host "$host" nft -a list chain inet lab input | sed -n "s/.*\"$ports\" # handle //p")
  for each in $handle; do in_host "$host" nft delete rule inet lab input handle "$each"; done
  case $action in
    open) ;;
    drop) in_host "$host" nft add rule inet lab input tcp dport "$ports" counter drop comment "\"$ports\"" ;;
    closed) in_host "$host" nft add rule inet lab input tcp dport "$ports" counter reject with icmpx type admin-prohibited comment "\"$ports\"" ;;
    *) die "open, closed or drop, not $action" ;;
  esac
}

network_trust() {
  local from=$1 to=$2 how=$3 key known allowed
  key=$(cat "$data/$from/root/.ssh/id_ed25519.pub")
  known=$data/$from/root/.ssh/known_hosts
  allowed=$data/$to/root/.ssh/authorized_keys
  touch "$known" "$allowed"
  sed -i "/^$to,/d" "$known"
  grep -vF "$key" "$allowed" >"$allowed.new" || true
  cat "$allowed.new" >"$allowed"
  rm "$allowed.new"
  case $how in
    on | refused-key) echo "$to,$(host_address "$to") $(cut -d' ' -f1,2 "$data/$to/etc/ssh/ssh_host_ed25519_key.pub")" >>"$known" ;;
    off | unknown-host-key) ;;
    *) die "on, off, unknown-host-key or refused-key, not $how" ;;
  esac
  case $how in
    on | unknown-host-key) echo "$key" >>"$allowed" ;;
  esac
}
