# SPDX-License-Identifier: LGPL-2.1-or-later
# Where a lab keeps what it knows, and how it comes and goes.
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

# A free number for the lab's network; mkdir decides between two labs that start at once.
allocate_index() {
  mkdir -p "$labs/.index" "$run"
  for index in $(seq 1 250); do
    # A bridge of that name that is no longer anybody's would be in the way: such a number is passed over.
    ip link show "ckm$index" >/dev/null 2>&1 && continue
    if mkdir "$labs/.index/$index" 2>/dev/null; then
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

# PID, as this machine sees it, of a host's process 1.
host_pid() {
  cat "$run/$1/pid" 2>/dev/null || die "no host $1 in lab $lab"
}

host_address() {
  cat "$run/$1/address"
}

# Runs a command in a host: all its namespaces and its root directory, with root's plain environment.
in_host() {
  local host=$1 pid
  shift
  pid=$(host_pid "$host")
  nsenter --target "$pid" --mount --uts --ipc --net --pid --wd=/ \
    env -i HOME=/root USER=root LOGNAME=root SHELL=/bin/bash TERM=dumb LANG=C.UTF-8 \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

lab_up() {
  local owner='' shared=yes page="$repo/dist" names=yes
  while [[ ${1:-} == --* ]]; do
    case $1 in
      --owner) owner=$2; shift 2 ;;
      --no-shared) shared=no; shift ;;
      --no-names) names=no; shift ;;
      --page) page=$2; shift 2 ;;
      *) die "no such option: $1" ;;
    esac
  done
  [ -f "$run/index" ] && die "lab $lab is up already"
  [ $# -gt 0 ] || set -- alpha beta
  allocate_index
  [ -n "${CKM_LAB_KEEP:-}" ] || trap lab_down ERR EXIT
  mkdir -p "$data"
  printf '%s\n' "$@" >"$run/hosts"
  [ -z "$owner" ] || watch_owner "$owner"
  network_up
  tls_authority
  local number=1 host
  for host in "$@"; do
    number=$((number + 1))
    host_prepare "$host" "$number" "$names" "$page"
  done
  for host in "$@"; do host_start "$host" & done
  wait_all
  for host in "$@"; do
    for other in "$@"; do [ "$host" = "$other" ] || network_trust "$host" "$other" on; done
  done
  [ "$shared" = no ] || storage_shared "$@"
  for host in "$@"; do host_daemons "$host" & done
  wait_all
  trap - ERR EXIT
}

# Like `wait`, but fails if one of the jobs failed.
wait_all() {
  local job
  for job in $(jobs -p); do wait "$job" || die "a part of the lab did not start"; done
}

# Ends the lab when a process ends, however that happens.
watch_owner() {
  setsid bash -c 'while kill -0 "$1" 2>/dev/null; do sleep 1; done; exec "$2" --lab "$3" down' \
    watch "$1" "$here/lab" "$lab" >/dev/null 2>&1 </dev/null &
  echo $! >"$run/watcher"
  disown $!
}

# Ending process 1 of a host ends every process in it, and with them its mounts and its network.
lab_down() {
  trap - ERR EXIT
  local host pid
  for host in $(hosts); do
    pid=$(cat "$run/$host/pid" 2>/dev/null || true)
    [ -z "$pid" ] || kill -KILL "$pid" 2>/dev/null || true
  done
  for host in $(hosts); do
    pid=$(cat "$run/$host/outer" 2>/dev/null || true)
    [ -z "$pid" ] || wait_for 30 "the end of host $host" process_gone "$pid"
  done
  [ -z "${bridge:-}" ] || ip link delete "$bridge" 2>/dev/null || true
  local watcher
  watcher=$(cat "$run/watcher" 2>/dev/null || true)
  rm -rf "$data"
  rmdir --ignore-fail-on-non-empty /var/tmp/cockpit-migrate-lab 2>/dev/null || true
  [ -z "${index:-}" ] || rmdir "$labs/.index/$index" 2>/dev/null || true
  rm -rf "$run"
  rmdir "$labs/.index" "$labs" 2>/dev/null || true
  # Last, because it may be the watcher itself that runs this.
  [ -z "$watcher" ] || [ "$watcher" = $$ ] || kill "$watcher" 2>/dev/null || true
}

process_gone() {
  ! kill -0 "$1" 2>/dev/null
}

lab_status() {
  [ -f "$run/index" ] || { echo '{"up": false}'; return; }
  local host separator=''
  printf '{"up": true, "bridge": "%s", "hosts": {' "$bridge"
  for host in $(hosts); do
    printf '%s"%s": {"pid": %s, "address": "%s"}' "$separator" "$host" "$(host_pid "$host")" "$(host_address "$host")"
    separator=', '
  done
  printf '}}\n'
}
