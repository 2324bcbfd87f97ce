# SPDX-License-Identifier: LGPL-2.1-or-later
# One light host: its files, its process 1, its daemons.

# host_prepare HOST NUMBER NAMES PAGE: writes its files. /etc is an overlay over the one of this machine; this writes the upper layer.
host_prepare() {
  local host=$1 number=$2 names=$3 page=$4 root=$data/$1 etc=$data/$1/etc address other
  address=$(address_of "$number")
  mkdir -p "$run/$host" "$etc"/{ssh,libvirt,cockpit,pki} "$root"/{etc-work,services,services-work,root/.ssh,home,libvirt,libvirt-cache,state,log/libvirt/qemu,log/glusterfs/bricks,sudo,gluster,brick,cockpit,cockpit-work} "$data/serial"
  echo "$address" >"$run/$host/address"
  echo "$page" >"$run/$host/page"
  echo "$host" >"$etc/hostname"
  printf '%032x\n' "$((0x1ab000 + index * 256 + number))" >"$etc/machine-id"
  {
    echo '127.0.0.1 localhost'
    echo "$address $host"
    if [ "$names" = yes ]; then
      local each=1
      for other in $(hosts); do
        each=$((each + 1))
        [ "$other" = "$host" ] || echo "$(address_of "$each") $other"
      done
    fi
  } >"$etc/hosts"
  # Debian does not let root sign in to the console. In the lab, root may.
  : >"$etc/cockpit/disallowed-users"
  ssh-keygen -q -t ed25519 -N '' -C "$host" -f "$etc/ssh/ssh_host_ed25519_key"
  ssh-keygen -q -t ed25519 -N '' -C "root@$host" -f "$root/root/.ssh/id_ed25519"
  chmod 700 "$root/root" "$root/root/.ssh"
  cat >"$etc/ssh/sshd_config" <<'SSHD'
HostKey /etc/ssh/ssh_host_ed25519_key
Subsystem sftp internal-sftp
PermitRootLogin prohibit-password
UsePAM no
MaxStartups 100
SSHD
  mkdir -p "$etc/pki/CA" "$etc/pki/libvirt/private"
  cp "$data/tls/ca.crt" "$etc/pki/CA/cacert.pem"
  tls_install "$host" valid
  tls_sign ca "$host-client" "$host" "$address" 30
  cp "$data/tls/$host-client.crt" "$etc/pki/libvirt/clientcert.pem"
  cp "$data/tls/$host-client.key" "$etc/pki/libvirt/private/clientkey.pem"
  local uuid
  uuid=$(printf '1ab00000-0000-4000-8000-%08x%04x' "$index" "$number")
  # Only members of the group libvirt (and libvirt-dbus) manage VMs, as the polkit rules of a real host say.
  cat >"$etc/libvirt/libvirtd.conf" <<LIBVIRTD
host_uuid = "$uuid"
unix_sock_group = "libvirt"
unix_sock_ro_perms = "0777"
unix_sock_rw_perms = "0770"
auth_unix_ro = "none"
auth_unix_rw = "none"
listen_tls = 1
listen_tcp = 1
auth_tcp = "none"
auth_tls = "none"
LIBVIRTD
  # No cgroups and no device namespaces, because the host is a namespace itself.
  cat >"$etc/libvirt/qemu.conf" <<'QEMU'
security_driver = "none"
cgroup_controllers = [ ]
namespaces = []
user = "root"
group = "root"
remember_owner = 0
QEMU
}

host_start() {
  local host=$1 root=$data/$1 outer
  if is_booted "$host"; then
    booted_start "$host"
    return
  fi
  setsid unshare --mount --uts --ipc --net --pid --fork --kill-child=SIGKILL \
    bash "$here/lib/host-init.sh" "$host" "$root" "$data/serial" "$(cat "$run/$host/page")" "$run/$host" \
    >"$root/init.log" 2>&1 </dev/null &
  outer=$!
  disown "$outer"
  echo "$outer" >"$run/$host/outer"
  wait_for 20 "host $host" test -f "$run/$host/ready"
  # Process 1 knows only its PID in its own namespace. Outside, it is the child of unshare.
  ps -o pid= --ppid "$outer" | tr -d ' ' >"$run/$host/pid"
  network_attach "$host"
  in_host "$host" bash "$here/lib/host-users.sh"
}

host_daemons() {
  local host=$1
  if ! is_booted "$host"; then
    host_daemon "$host" dbus start
    host_daemon "$host" sshd start
  fi
  host_daemon "$host" libvirtd start
  host_daemon "$host" libvirt-dbus start
  in_host "$host" virsh -q pool-define-as default dir --target /var/lib/libvirt/images >/dev/null
  in_host "$host" virsh -q pool-start default >/dev/null
  if in_host "$host" mountpoint -q /var/lib/libvirt/shared; then
    in_host "$host" virsh -q pool-define-as shared dir --target /var/lib/libvirt/shared >/dev/null
    in_host "$host" virsh -q pool-start shared >/dev/null
  fi
}

# Signals the daemon's processes of that host only: its PID namespace hides all others.
host_pkill() {
  local host=$1 signal=$2 pattern=$3
  in_host "$host" pkill "-$signal" -f "$pattern" || true
}

host_daemon() {
  local host=$1 daemon=$2 action=$3 start stop ready service=/usr/share/dbus-1/system-services/org.libvirt.service
  if is_booted "$host" && [ "$daemon" != libvirt-dbus ]; then
    booted_daemon "$host" "$daemon" "$action"
    return
  fi
  case $daemon in
    dbus)
      start='! pgrep -f "^dbus-daemon --system" >/dev/null || exit 0; mkdir -p /run/dbus; rm -f /run/dbus/pid; dbus-daemon --system --fork --nopidfile'
      stop='^dbus-daemon --system'
      ready='test -S /run/dbus/system_bus_socket'
      ;;
    sshd)
      start='! pgrep -f "^sshd: /usr/sbin/sshd" >/dev/null || exit 0; mkdir -p /run/sshd; /usr/sbin/sshd'
      stop='^sshd: /usr/sbin/sshd'
      ready='true'
      ;;
    libvirtd)
      start='! pgrep -f "^libvirtd -d" >/dev/null || exit 0; pgrep -x virtlogd >/dev/null || virtlogd -d; rm -f /run/libvirtd.pid; libvirtd -d -l'
      stop='^libvirtd -d'
      ready='virsh -q -c qemu:///system uri'
      ;;
    libvirt-dbus)
      # Started as D-Bus would do it: from its service file, as its own user.
      start='[ ! -f /run/org.libvirt.service ] || cp /run/org.libvirt.service "$1"
        busctl --system call org.freedesktop.DBus / org.freedesktop.DBus ReloadConfig
        busctl --system call org.freedesktop.DBus / org.freedesktop.DBus StartServiceByName su org.libvirt 0 >/dev/null'
      stop='libvirt-dbus --system'
      ready='busctl --system call org.libvirt /org/libvirt/QEMU org.libvirt.Connect ListDomains u 0'
      ;;
    *) die "no such daemon: $daemon" ;;
  esac
  case $action in
    start)
      in_host "$host" sh -c "$start" sh "$service"
      wait_for 30 "$daemon of $host" in_host "$host" sh -c "$ready"
      ;;
    stop) host_pkill "$host" TERM "$stop"; wait_for 30 "the end of $daemon" host_without "$host" "$stop" ;;
    kill) host_pkill "$host" KILL "$stop"; wait_for 30 "the end of $daemon" host_without "$host" "$stop" ;;
    break | remove)
      [ "$daemon" = libvirt-dbus ] || die "only libvirt-dbus can be broken or removed"
      # shellcheck disable=SC2016
      in_host "$host" sh -c '[ -f /run/org.libvirt.service ] || cp "$1" /run/org.libvirt.service
        if [ "$2" = remove ]; then rm -f "$1"; else sed "s,^Exec=.*,Exec=/bin/false," /run/org.libvirt.service >"$1"; fi
        busctl --system call org.freedesktop.DBus / org.freedesktop.DBus ReloadConfig' sh "$service" "$action"
      host_daemon "$host" libvirt-dbus stop
      ;;
    *) die "start, stop, kill, break or remove, not $action" ;;
  esac
}

host_without() {
  ! in_host "$1" pgrep -f "$2"
}
