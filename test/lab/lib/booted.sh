# SPDX-License-Identifier: LGPL-2.1-or-later
# Booted hosts: systemd is process 1, in the file system of a Debian release. host.sh has the light hosts.

# Prints the Debian release of a booted host; nothing for a light host.
host_generation() {
  cat "$run/$1/generation" 2>/dev/null || true
}

is_booted() {
  [ -f "$run/$1/generation" ]
}

# The parent of the hosts' control groups, in the hierarchy of cgroup version 2, wherever it is mounted.
cgroup_tree() {
  local where
  where=$(findmnt -n -l -o TARGET -t cgroup2 | head -n 1)
  [ -n "$where" ] || die "this machine has no control groups of version 2 mounted; systemd needs them"
  echo "$where"
}

# Creates a control group. libvirt puts VMs into machine.slice, and registers them with machined, only if the group has a controller.
# A machine that uses the controllers of version 1 may have an unused one left for version 2.
cgroup_make() {
  local tree=$1 group=$2 controller
  mkdir "$group"
  [ -z "$(cat "$group/cgroup.controllers")" ] || return 0
  for controller in $(cat "$tree/cgroup.controllers"); do
    echo "+$controller" >"$tree/cgroup.subtree_control"
    echo "$controller" >>"$labs/.controllers"
  done
}

booted_prepare() {
  local host=$1 number=$2 root=$data/$1 uuid
  mkdir -p "$root"/{upper,work,system,images,brick}
  uuid=$(printf '1ab00000-0000-4000-8000-%08x%04x' "$index" "$number")
  # Added to the distribution's settings.
  cat >"$root/etc/libvirt/libvirtd.conf" <<LIBVIRTD

host_uuid = "$uuid"
auth_tcp = "none"
LIBVIRTD
  printf 'MaxStartups 100\n' >"$root/etc/ssh/sshd_config"
  rm -f "$root/etc/libvirt/qemu.conf"
}

booted_start() {
  local host=$1 root=$data/$1 outer tree group
  tree=$(tree_path "$(host_generation "$host")")/root
  group=$(cgroup_tree)/ckm-$lab-$host
  cgroup_make "$(cgroup_tree)" "$group"
  # The host has its own control group, which it sees as the root. systemd ends services by their groups.
  # shellcheck disable=SC2016
  setsid bash -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' bash "$group" \
    unshare --mount --uts --ipc --net --pid --cgroup --fork --kill-child=SIGKILL \
    bash "$here/lib/host-boot.sh" "$host" "$root" "$data/serial" "$(cat "$run/$host/page")" "$run/$host" "$tree" \
    >"$root/init.log" 2>&1 </dev/null &
  outer=$!
  disown "$outer"
  echo "$outer" >"$run/$host/outer"
  wait_until_gone_or 60 "$outer" test -f "$run/$host/ready" || die "the file system of $host was not made: $(tail -n 3 "$root/init.log")"
  # A group that passes controllers to child groups must not contain processes (cgroups(7), "no internal processes").
  echo "$outer" >"$(cgroup_tree)/cgroup.procs"
  ps -o pid= --ppid "$outer" | tr -d ' ' >"$run/$host/pid"
  wait_for 20 "systemd of $host" host_runs_systemd "$host"
  network_attach "$host"
  booted_wait "$host"
}

# wait_until_gone_or SECONDS PID COMMAND...: waits until the command succeeds. Fails after SECONDS, or when the process has ended.
wait_until_gone_or() {
  local limit=$1 pid=$2 start=$SECONDS
  shift 2
  until "$@"; do
    [ -d "/proc/$pid" ] && [ $((SECONDS - start)) -lt "$limit" ] || return 1
    sleep 0.05
  done
}

host_runs_systemd() {
  [ "$(cat "/proc/$(host_pid "$1")/comm")" = systemd ]
}

# Waits until the boot has finished, and fails if a unit has failed.
booted_wait() {
  local host=$1 state
  wait_for 180 "the boot of $host" booted_settled "$host"
  state=$(in_host "$host" systemctl is-system-running || true)
  [ "$state" = running ] || die "$host is $state: $(in_host "$host" systemctl --failed --no-legend --plain | cut -d' ' -f1 | tr '\n' ' ')"
}

booted_settled() {
  case $(in_host "$1" systemctl is-system-running 2>/dev/null) in
    running | degraded | maintenance) ;;
    *) return 1 ;;
  esac
}

libvirt_sockets='libvirtd.socket libvirtd-ro.socket libvirtd-admin.socket libvirtd-tcp.socket libvirtd-tls.socket'

# Like host_daemon, with systemctl.
booted_daemon() {
  local host=$1 daemon=$2 action=$3 units
  case $daemon in
    libvirtd) units="$libvirt_sockets libvirtd.service" ;;
    sshd) units=ssh.service ;;
    *) die "$daemon of a booted host: only libvirtd, sshd and libvirt-dbus" ;;
  esac
  # shellcheck disable=SC2086
  case $action in
    start)
      if [ "$daemon" = libvirtd ]; then
        in_host "$host" systemctl start $libvirt_sockets
        wait_for 60 "libvirtd of $host" in_host "$host" virsh -q -c qemu:///system uri
      else
        in_host "$host" systemctl start $units
      fi
      ;;
    stop) in_host "$host" systemctl stop $units ;;
    kill) in_host "$host" systemctl kill --signal=KILL "${units##* }" ;;
    *) die "start, stop or kill, not $action" ;;
  esac
}

# Removes the hosts' control groups after their processes have ended.
booted_forget() {
  local tree group controller
  tree=$(findmnt -n -l -o TARGET -t cgroup2 | head -n 1)
  for group in "$tree/ckm-$lab"-*; do
    [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
  # The last lab also restores the machine's controllers.
  if [ -f "$labs/.controllers" ] && ! compgen -G "$tree/ckm-*" >/dev/null; then
    for controller in $(sort -u "$labs/.controllers"); do echo "-$controller" >"$tree/cgroup.subtree_control" || true; done
    rm -f "$labs/.controllers"
  fi
}

booted_console() {
  local host=$1 action=$2
  if [ "$action" = stop ]; then
    in_host "$host" systemctl stop cockpit.socket cockpit.service
    return
  fi
  in_host "$host" systemctl start cockpit.socket
  wait_for 60 'the console' in_host "$host" bash -c "exec 3<>/dev/tcp/$(host_address "$host")/9090"
  echo "https://$(host_address "$host"):9090"
}
