# SPDX-License-Identifier: LGPL-2.1-or-later
# The web console of a host. With a login (users root, admin, guest; password "lab"), or without one (--local-session: root; its bridge
# ends when the first page is closed).

console() {
  local host=$1 port=9090 session=login action=start pattern
  shift
  while [ $# -gt 0 ]; do
    case $1 in
      --port) port=$2; shift 2 ;;
      --local-session) session=local; shift ;;
      --login) session=login; shift ;;
      stop) action=stop; shift ;;
      *) die "no such option: $1" ;;
    esac
  done
  if is_booted "$host"; then
    booted_console "$host" "$action"
    return
  fi
  pattern="cockpit-ws --no-tls --port $port "
  if [ "$action" = stop ]; then
    host_pkill "$host" TERM "$pattern"
    wait_for 20 'the end of the console' host_without "$host" "$pattern"
    return
  fi
  # Allows plain http, and pages opened by the host's address.
  in_host "$host" sh -c 'mkdir -p /etc/cockpit /run/cockpit; printf "[WebService]\nAllowUnencrypted = true\nMaxStartups = 100\n" >/etc/cockpit/cockpit.conf'
  local arguments=(--no-tls --port "$port" --address "$(host_address "$host")")
  [ "$session" = login ] || arguments+=(--local-session /usr/bin/cockpit-bridge)
  # shellcheck disable=SC2016
  in_host "$host" sh -c 'log=$1; shift; setsid "$@" >"$log" 2>&1 </dev/null &' sh "/run/console-$port.log" \
    /usr/lib/cockpit/cockpit-ws "${arguments[@]}"
  wait_for 20 'the console' in_host "$host" bash -c "exec 3<>/dev/tcp/$(host_address "$host")/$port"
  echo "http://$(host_address "$host"):$port"
}
