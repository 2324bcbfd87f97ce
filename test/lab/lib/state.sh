# SPDX-License-Identifier: LGPL-2.1-or-later
# The state of a lab, its start and its end.
# $run (small, in memory): index, PID of each host. $data (disk): the hosts' own files.

labs=/run/cockpit-migrate-lab

die() {
  echo "lab: $*" >&2
  exit 1
}

use_lab() {
  [[ $1 =~ ^[a-z][a-z0-9-]{0,30}$ ]] || die "a lab's name has small letters, digits and dashes: $1"
  [ "$(id -u)" = 0 ] || die "must be root (namespaces, network)"
  lab=$1
  run=$labs/$lab
  data=/var/tmp/cockpit-migrate-lab/$lab
  if [ -f "$run/index" ]; then
    index=$(cat "$run/index")
    bridge=ckm$index
    subnet=10.77.$index
  fi
}

# Waits until a command succeeds: wait_for SECONDS WHAT COMMAND...
wait_for() {
  local limit=$1 what=$2 start=$SECONDS
  shift 2
  until "$@" >/dev/null 2>&1; do
    [ $((SECONDS - start)) -lt "$limit" ] || die "waited $limit s in vain for $what"
    sleep 0.05
  done
}

# Before anything is created, names every missing program at once. The list has one program for each package.
need_programs() {
  local program missing=''
  for program in setsid unshare nsenter ip tc nft ssh ssh-keygen sshd certtool dbus-daemon busctl libvirtd virtlogd virsh \
    libvirt-dbus qemu-system-x86_64 qemu-img glusterd mount.glusterfs cockpit-bridge busybox cpio; do
    command -v "$program" >/dev/null || missing+=" $program"
  done
  [ -z "$missing" ] || die "these programs are not installed:$missing (on Debian and Ubuntu: $repo/tools/ensure-packages lab)"
}

# Reserves a free number for the lab's network. If two labs start at once, the one that creates the link gets the number.
allocate_index() {
  local link
  mkdir -p "$labs/.index"
  for index in $(seq 1 250); do
    link=$labs/.index/$index
    # The number of a lab that has ended is free again.
    if [ -L "$link" ] && [ ! -d "$labs/$(readlink "$link")" ]; then rm -f "$link"; fi
    # A number is skipped if a bridge with that name is left over.
    ip link show "ckm$index" >/dev/null 2>&1 && continue
    if ln -sT "$lab" "$link" 2>/dev/null; then
      echo "$index" >"$run/index"
      use_lab "$lab"
      return
    fi
  done
  die "no free network for a lab"
}

hosts() {
  cat "$run/hosts" 2>/dev/null || true
}

# The address of the host with that number. A lab without IPv4 has unique local addresses of IPv6 (RFC 4193).
address_of() {
  if [ -f "$run/ipv6" ]; then echo "fd77::$index:$1"; else echo "$subnet.$1"; fi
}

# The PID of a host's process 1, outside of its namespace.
host_pid() {
  cat "$run/$1/pid" 2>/dev/null || die "no host $1 in lab $lab"
}

host_address() {
  cat "$run/$1/address"
}

# Runs a command in a host: in its namespaces and its root directory, with a minimal environment of root.
in_host() {
  local host=$1 pid
  shift
  pid=$(host_pid "$host")
  nsenter --target "$pid" --mount --uts --ipc --net --pid \
    env -i HOME=/root USER=root LOGNAME=root SHELL=/bin/bash TERM=dumb LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

lab_up() {
  local owner='' shared=yes page="$repo/dist" names=yes ipv6=no host other
  while [[ ${1:-} == --* ]]; do
    case $1 in
      --owner) owner=$2; shift 2 ;;
      --no-shared) shared=no; shift ;;
      --no-names) names=no; shift ;;
      # The lab configures GlusterFS with IPv4 addresses only.
      --ipv6) ipv6=yes shared=no; shift ;;
      --page) page=$2; shift 2 ;;
      *) die "no such option: $1" ;;
    esac
  done
  [ $# -gt 0 ] || set -- alpha beta
  local specifications=("$@")
  for host in "$@"; do
    [[ $host =~ ^[a-z][a-z0-9-]{0,30}(:1[234](:no-session-bus)?)?$ ]] ||
      die "a host's name has small letters, digits and dashes, and may end with :13 or :13:no-session-bus: $host"
  done
  set -- "${@%%:*}"
  need_programs
  mkdir -p "$labs"
  mkdir "$run" 2>/dev/null || die "lab $lab is up already, or was left half-way: lab --lab $lab down"
  trap lab_down EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  allocate_index
  [ "$ipv6" = no ] || touch "$run/ipv6"
  # Left over from before a reboot of the machine.
  rm -rf "$data"
  mkdir -p "$data"
  printf '%s\n' "$@" >"$run/hosts"
  [ -z "$owner" ] || watch_owner "$owner"
  network_up
  tls_authority
  local number=1 specification generation wanted=()
  for specification in "${specifications[@]}"; do
    generation=${specification#*:}
    [ "$specification" = "$generation" ] || wanted+=("${generation%%:*}")
  done
  [ ${#wanted[@]} = 0 ] || trees_ensure "${wanted[@]}"
  for specification in "${specifications[@]}"; do
    number=$((number + 1))
    host=${specification%%:*}
    host_prepare "$host" "$number" "$names" "$page"
    [ "$specification" != "$host" ] || continue
    generation=${specification#*:}
    [ "$generation" = "${generation%:no-session-bus}" ] || touch "$run/$host/no-session-bus"
    echo "${generation%%:*}" >"$run/$host/generation"
    booted_prepare "$host" "$number"
  done
  for host in "$@"; do host_start "$host" & done
  wait_all
  for host in "$@"; do
    for other in "$@"; do [ "$host" = "$other" ] || network_trust "$host" "$other" on; done
  done
  [ "$shared" = no ] || storage_shared "$@"
  for host in "$@"; do host_daemons "$host" & done
  wait_all
  trap - EXIT INT TERM
}

# Like `wait`, but fails if one of the jobs failed.
wait_all() {
  local job
  for job in $(jobs -p); do wait "$job" || die "a part of the lab did not start"; done
}

# Ends the lab when the given process ends, for any reason.
watch_owner() {
  # shellcheck disable=SC2016
  setsid bash -c 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$2" --lab "$3" down' \
    watch "$1" "$here/lab" "$lab" >/dev/null 2>&1 </dev/null &
  disown $!
}

# PIDs of the lab's processes outside of the hosts' namespaces: `up` and its children, the watcher, and for each host `unshare` and
# process 1.
lab_processes() {
  local pid parent outer self=$BASHPID
  for pid in $(grep -slzx "COCKPIT_MIGRATE_LAB=$lab" /proc/[0-9]*/environ | cut -d/ -f3); do
    # Without this shell and its own helpers. The grep has ended by now. The watcher is a child of this shell, too.
    parent=$(sed -n 's/^PPid:\t//p' "/proc/$pid/status" 2>/dev/null || true)
    [ -z "$parent" ] || [ "$pid" = $$ ] || [ "$pid" = "$self" ] || [ "$parent" = "$self" ] || echo "$pid"
  done
  for outer in $(cat "$run"/*/outer 2>/dev/null); do
    [ "$(cat "/proc/$outer/comm" 2>/dev/null)" != unshare ] || echo "$outer" $(pgrep -P "$outer")
  done
}

# When process 1 of a host ends, the kernel ends every process in its namespace, and with them its mounts and its network. `unshare`
# ends by itself when its namespace is empty.
lab_end_processes() {
  local pid pids start=$SECONDS
  # shellcheck disable=SC2046
  [ -z "$(jobs -p)" ] || kill -KILL $(jobs -p) 2>/dev/null || true
  while pids=$(lab_processes); [ -n "$pids" ]; do
    [ $((SECONDS - start)) -lt 60 ] || die "these do not end: $pids"
    for pid in $pids; do
      [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = unshare ] || kill -KILL "$pid" 2>/dev/null || true
    done
    sleep 0.05
  done
}

# Removes everything of the lab, also if its start stopped halfway. It is no error if there is nothing.
lab_down() {
  trap - EXIT
  trap '' INT TERM
  lab_end_processes
  local link
  if [ -n "${bridge:-}" ]; then
    for link in $(ip -o link show master "$bridge" 2>/dev/null | sed 's/^[0-9]*: \([^@:]*\).*/\1/'); do
      ip link delete "$link" 2>/dev/null || true
    done
    ip link delete "$bridge" 2>/dev/null || true
  fi
  booted_forget
  rm -rf "$data"
  for link in "$labs"/.index/*; do
    if [ "$(readlink "$link")" = "$lab" ]; then rm -f "$link"; fi
  done
  rm -rf "$run"
  # Each host mounts its own file system there. The mount point is on the machine.
  rmdir /var/lib/cockpit-migrate 2>/dev/null || true
  rmdir /var/tmp/cockpit-migrate-lab "$labs/.index" "$labs" 2>/dev/null || true
}

lab_status() {
  [ -f "$run/hosts" ] || { echo '{"up": false}'; return; }
  local host separator=''
  printf '{"up": true, "bridge": "%s", "browser": %s, "hosts": {' "$bridge" "$(cat "$run/browser")"
  for host in $(hosts); do
    printf '%s"%s": {"pid": %s, "address": "%s"%s}' "$separator" "$host" "$(host_pid "$host")" "$(host_address "$host")" \
      "$(is_booted "$host" && printf ', "generation": %s' "$(host_generation "$host")")"
    separator=', '
  done
  printf '}}\n'
}
