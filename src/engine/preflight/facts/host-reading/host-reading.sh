#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Reads what the preflight needs to know about a host, and changes nothing.
#
# Arguments:  1  the mark that begins each section of the output; nobody can guess it
#             2  how many of the paths are looked at three times
#             3  the firmware of the VM that is looked for, or nothing
#             4  the VM's QEMU, or nothing
#             5  users and groups to look up, one a line: "user NAME" or "group NAME"
#             6  libvirt's own folders, in one word, with spaces between
#             7  programs to look for, the same way
#             8  ROM files of QEMU to look for, the same way
#             9  the UUID of the VM whose QEMU is looked for, or nothing
#             10 and further: paths to look at
# Prints:     sections "MARK NAME" and what belongs to them, in the order below. The last one is "end".
# Runs on:    the source as root or as the user of the session, the destination as the user of ssh. A POSIX shell and coreutils,
#             which every libvirt host has; setpriv is of util-linux, the rest is used where it is there.
#
# Try it:     sh host-reading.sh == 0 '' '' 'user root' /var/lib/libvirt/qemu swtpm bios-256k.bin '' /etc/hosts
#
# QEMU's user is who owns libvirt's folder for it: libvirtd sees to that when it starts (qemuStateInitialize). Whether that user
# can go to a path is tried as that user, since access lists and groups count too.
mark=$1
careful=$2
loader=$3
emulator=$4
accounts=$5
own_folders=$6
programs=$7
roms=$8
uuid=$9
shift 9
export LC_ALL=C TZ=UTC
me=$(id -u)
user=$(stat -c '%u' /var/lib/libvirt/qemu 2>/dev/null)
group=$(stat -c '%g' /var/lib/libvirt/qemu 2>/dev/null)

# Runs a command as QEMU's user.
as_qemu() {
  setpriv --reuid="$user" --regid="$group" --init-groups "$@"
}

read_clock() {
  echo "$mark clock-$1"
  date +%s.%N
}

# Listening sockets, as the kernel lists them, and this host's byte order, for the addresses in that list.
read_sockets() {
  echo "$mark sockets"
  cat /proc/net/tcp /proc/net/tcp6 2>/dev/null
  echo "$mark datagrams"
  cat /proc/net/udp /proc/net/udp6 2>/dev/null
  echo "$mark byte-order"
  printf '\001\000' | od -An -tu2
}

# The configuration files of libvirt, whole: their syntax is not that of lines.
read_configuration() {
  if [ -r /etc/libvirt/qemu.conf ] || [ ! -e /etc/libvirt/qemu.conf ]; then
    echo "$mark configuration"
  else
    echo "$mark configuration-unreadable"
  fi
  cat /etc/libvirt/qemu.conf 2>/dev/null
  for name in libvirtd virtqemud; do
    echo "$mark configuration-$name"
    cat "/etc/libvirt/$name.conf" 2>/dev/null
  done
  echo "$mark configuration-end"
}

# Sockets of the host with the flag of one that takes connections (__SO_ACCEPTCON).
read_listeners() {
  [ -r /proc/net/unix ] || return
  echo "$mark listeners"
  grep ' 00010000 ' /proc/net/unix
}

read_memory() {
  echo "$mark memory"
  grep -E '^(MemAvailable|SwapFree):' /proc/meminfo 2>/dev/null
}

# Addresses, network devices, which of them are bridges or ports of one, and what is based on them.
read_network() {
  echo "$mark addresses"
  ip -o addr show 2>/dev/null
  echo "$mark devices"
  for device in /sys/class/net/*; do
    name=${device##*/}
    if [ -d "$device/bridge" ]; then echo "bridge $name"; else echo "device $name"; fi
    master=$(readlink "$device/master" 2>/dev/null)
    master=${master##*/}
    flags=$(cat "$device/flags" 2>/dev/null)
    [ $((${flags:-1} & 1)) = 1 ] || echo "down $name"
    [ ! -e "$device/tun_flags" ] || echo "tap $name"
    if [ -d "$device/brport" ] || [ -d "$device/bonding_slave" ] || [ "$master" = ovs-system ]; then
      echo "port $name $master"
    fi
  done
  for type in macvtap macvlan; do ip -details -o link show type $type 2>/dev/null; done
}

# Free space in libvirt's folders, and those in which no file can be created.
read_own_folders() {
  echo "$mark space"
  for folder in $own_folders; do
    [ -d "$folder" ] && echo "$folder $(df -Pk "$folder" 2>/dev/null | tail -n 1)"
  done
  echo "$mark closed"
  for folder in $own_folders; do
    [ -d "$folder" ] || continue
    [ "$me" != 0 ] || [ -w "$folder" ] || echo "read-only $folder"
    df -Pi "$folder" 2>/dev/null | tail -n 1 | {
      read -r _ total _ free _
      [ "${total:-0}" = 0 ] || [ "$free" != 0 ] || echo "no-inodes $folder"
    }
  done
}

read_programs() {
  echo "$mark programs"
  for program in $programs; do
    command -v "$program" >/dev/null 2>&1 && echo "$program"
  done
}

# Versions of what keeps a part of a VM's state: the kernel, the library behind emulated TPMs (its file is named for it), and
# the RPM package of the VM's QEMU, or "other". The kernel of Debian tells upstream's release only as how it was built.
read_versions() {
  echo "$mark versions"
  echo "kernel $(uname -r)"
  echo "build $(uname -v)"
  for library in /usr/lib/*/libtpms.so.0 /usr/lib64/libtpms.so.0 /usr/lib/libtpms.so.0; do
    [ -e "$library" ] || continue
    file=$(readlink -f "$library")
    echo "libtpms ${file##*.so.}"
    break
  done
  [ -f "$emulator" ] || return
  package=other
  # Without a database of the system, as on Debian, rpm makes one in the home folder.
  for database in /usr/lib/sysimage/rpm/rpmdb.sqlite /var/lib/rpm/rpmdb.sqlite /var/lib/rpm/Packages*; do
    [ -e "$database" ] || continue
    package=$(timeout 2 rpm -qf --qf '%{VERSION}-%{RELEASE}\n' -- "$emulator" 2>/dev/null) || package=other
    break
  done
  echo "qemu $package" | head -n 1
}

# Programs of the admin that libvirt runs for each VM; no section where that cannot be seen.
read_hooks() {
  hooks=/etc/libvirt/hooks
  [ -x /etc/libvirt ] || return
  [ ! -e "$hooks" ] || { [ -r "$hooks" ] && [ -x "$hooks" ]; } || return
  echo "$mark hooks"
  for hook in "$hooks/qemu" "$hooks"/qemu.d/*; do
    [ -f "$hook" ] && [ -x "$hook" ] && printf '%s\n' "$hook"
  done
}

# getent exits with 2 for an unknown name, and with another status if it could not look it up.
read_accounts() {
  echo "$mark accounts"
  [ -n "$accounts" ] && command -v getent >/dev/null 2>&1 || return
  printf '%s\n' "$accounts" | while read -r kind name; do
    case $kind in
      user) getent passwd -- "$name" ;;
      group) getent group -- "$name" ;;
    esac >/dev/null 2>&1
    case $? in
      0) echo "known $kind $name" ;;
      2) echo "strange $kind $name" ;;
    esac
  done
}

# A string setting of qemu.conf.
setting() {
  {
    quote="['\"]"
    sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*\($quote\)\([^'\"]*\)\1.*/\2/p" /etc/libvirt/qemu.conf
  } 2>/dev/null | head -n 1
}

# Certificates of VNC and SPICE that QEMU's user cannot read. They are where qemu.conf says, else in a folder of their own, else
# where all are (virQEMUDriverConfigSetDefaults).
read_graphics() {
  [ "$me" = 0 ] && [ -n "$user" ] || return
  echo "$mark graphics"
  for kind in vnc spice; do
    folder=$(setting "${kind}_tls_x509_cert_dir")
    [ -n "$folder" ] || [ ! -e "/etc/pki/libvirt-$kind" ] || folder=/etc/pki/libvirt-$kind
    [ -n "$folder" ] || folder=$(setting default_tls_x509_cert_dir)
    folder=${folder:-/etc/pki/qemu}
    # shellcheck disable=SC2016 # Expanded by the inner shell.
    as_qemu sh -c 'kind=$1; shift; for file; do [ -r "$file" ] || echo "$kind $file"; done' sh \
      $kind "$folder/ca-cert.pem" "$folder/server-cert.pem" "$folder/server-key.pem"
  done
}

# Whether descriptors of firmware, or libvirt's configuration, name the VM's. In JSON a slash may be written as \/.
read_descriptors() {
  echo "$mark descriptors"
  [ -n "$loader" ] || return
  if {
    cat /etc/qemu/firmware/*.json /usr/share/qemu/firmware/*.json 2>/dev/null | tr -d '\134'
    grep -hv '^[[:space:]]*#' /etc/libvirt/qemu.conf 2>/dev/null
  } | grep -qF -e '"'"$loader"'"' -e '"'"$loader:"; then
    echo named
  else
    echo unnamed
  fi
}

# Sizes of the ROM files that the VM's QEMU comes with. It says itself in which folders it looks, one a line. It is run as
# libvirt runs it.
read_roms() {
  echo "$mark roms"
  [ -f "$emulator" ] && [ -x "$emulator" ] || return
  folders=''
  if [ "$me" != 0 ]; then
    folders=$(timeout 2 "$emulator" -L help </dev/null 2>/dev/null)
  elif [ -n "$user" ]; then
    folders=$(timeout 2 setpriv --reuid="$user" --regid="$group" --init-groups "$emulator" -L help </dev/null 2>/dev/null)
  fi
  for rom in $roms; do
    printf '%s\n' "$folders" | while IFS= read -r folder; do
      case $folder in
        /*) [ -f "$folder/$rom" ] && echo "rom $rom $(stat -L -c %s -- "$folder/$rom")" && break ;;
      esac
    done
  done
}

# look_at NUMBER PATH: the inode, sizes and times of what is there, or that nothing is.
look_at() {
  if seen=$(stat -L -c "stat $1 %i %s %w|%z|%F|%t %T|%b %B|%d" -- "$2" 2>&1); then
    printf '%s\n' "$seen"
  else
    case $seen in
      *': No such file or directory' | *': Not a directory') echo "gone $1" ;;
    esac
  fi
}

# read_qcow2 NUMBER PATH: the size that QEMU sees of an image with the magic of qcow2, and whether its header names an external
# data file: that bit in the last byte of incompatible_features.
read_qcow2() {
  bytes=$(head -c 80 -- "$2" 2>/dev/null | od -An -v -tu1 | tr -s ' \n' ' ')
  case $bytes in
    ' 81 70 73 251 '*)
      last=${bytes% }
      [ $((${last##* } & 4)) = 0 ] || echo "data-elsewhere $1"
      # shellcheck disable=SC2086 # One word for each byte.
      echo "virtual $1 $(
        set -- $bytes
        shift 24
        size=0
        for byte in "$1" "$2" "$3" "$4" "$5" "$6" "$7" "$8"; do size=$((size * 256 + byte)); done
        echo "$size"
      )"
      ;;
  esac
}

# read_access NUMBER PATH: what QEMU's user may do with it.
read_access() {
  [ -n "$user" ] && [ "$me" = 0 ] || return
  # shellcheck disable=SC2016 # Expanded by the inner shell.
  as_qemu sh -c 'for way in e r w x; do
    if test -$way "$1"; then echo "may $2 $way"; else echo "may-not $2 $way"; fi
  done' sh "$2" "$1" 2>/dev/null
}

# read_rbd NUMBER DEVICE: a mapped image of Ceph is the same wherever cluster, pool and name are.
read_rbd() {
  name=$(readlink -f "$2")
  name=${name##*/}
  rbd=/sys/bus/rbd/devices/${name#rbd}
  [ "$name" != "${name#rbd}" ] && [ -r "$rbd/cluster_fsid" ] || return
  printf 'id %s rbd=rbd %s/%s/%s/%s@%s\n' "$1" "$(cat "$rbd/cluster_fsid")" "$(cat "$rbd/pool")" \
    "$(cat "$rbd/pool_ns" 2>/dev/null)" "$(cat "$rbd/name")" "$(cat "$rbd/current_snap" 2>/dev/null)"
}

# read_block_device NUMBER PATH: its size, and what identifies the medium itself on any host. Of one without an identifier, a
# checksum of what it begins with.
read_block_device() {
  numbers=$(stat -L -c '%t %T' -- "$2")
  device=/sys/dev/block/$(printf '%d:%d' "0x${numbers% *}" "0x${numbers#* }")
  echo "size $1 $(blockdev --getsize64 "$2" 2>/dev/null)"
  ids=$(
    for attribute in wwid device/wwid dm/uuid serial device/serial md/uuid ../wwid ../device/wwid ../serial; do
      value=$(cat "$device/$attribute" 2>/dev/null)
      [ -z "$value" ] || printf 'id %s %s=%s\n' "$1" "$attribute" "$value"
    done
    read_rbd "$1" "$device"
  )
  if [ -n "$ids" ]; then
    printf '%s\n' "$ids"
  elif [ "$1" -le "$careful" ]; then
    sum=$(timeout 2 head -c 1048576 -- "$2" 2>/dev/null | sha256sum)
    echo "digest $1 ${sum%% *}"
  fi
  [ -r "$device/partition" ] && echo "partition $1 $(cat "$device/partition")"
}

# read_files PATH...
read_files() {
  echo "$mark files"
  for look in 1 2 3; do
    number=0
    for path in "$@"; do
      number=$((number + 1))
      [ $look = 1 ] || [ $number -le "$careful" ] || break
      look_at $number "$path"
    done
    [ $look = 3 ] || [ "$careful" = 0 ] || sleep 0.1
  done
  number=0
  for path in "$@"; do
    number=$((number + 1))
    real=$(readlink -f -- "$path" | tr '\n' '?')
    printf 'real %s %s\n' $number "${real%?}"
    [ "$me" != 0 ] || [ ! -e "$path" ] || [ -w "$path" ] || echo "read-only $number"
    if [ $number -le "$careful" ] || [ "$path" = "$loader" ]; then
      [ ! -f "$path" ] || read_qcow2 $number "$path"
    fi
    [ ! -d "$path" ] || echo "space $number $(stat -f -c '%f %a %S %i' -- "$path" 2>/dev/null)"
    read_access $number "$path"
    [ ! -b "$path" ] || read_block_device $number "$path"
  done
}

# USB devices: vendor and product, then bus and number, as libvirt looks for them (virUSBDeviceSearch).
read_usb() {
  [ -d /sys/bus ] || return
  echo "$mark usb"
  for device in /sys/bus/usb/devices/*; do
    [ -r "$device/idVendor" ] || continue
    echo "usb $(cat "$device/idVendor"):$(cat "$device/idProduct") $(cat "$device/busnum")-$(cat "$device/devnum")"
  done
}

# Programs that start VMs of libvirt anew, as far as they show: processes, folders, and the definitions that Pacemaker starts VMs
# from (parameter "config" of VirtualDomain in the CIB), with the UUID that each of them has.
read_managers() {
  echo "$mark managers"
  cat /proc/[0-9]*/comm 2>/dev/null | grep -xE 'pacemakerd|corosync|vdsmd?|nova-compute' | sort -u | sed 's/^/process /'
  for path in /etc/cloudstack/agent/agent.properties /var/lib/one /var/tmp/one /etc/vdsm /etc/nova; do
    [ ! -e "$path" ] || echo "path $path"
  done
  cib=/var/lib/pacemaker/cib/cib.xml
  if [ -r "$cib" ]; then
    echo cib-read
    tr '\n' ' ' <"$cib" | grep -oE '<nvpair [^>]*>' | grep -E "name=[\"']config[\"']" |
      sed -n "s/.* value=[\"']\([^\"']*\)[\"'].*/\1/p" | while IFS= read -r config; do
      echo "config $config"
      [ -z "$uuid" ] || [ ! -r "$config" ] || ! grep -qiF -e "<uuid>$uuid</uuid>" "$config" || echo "own $config"
    done
  fi
}

# The files that the VM's QEMU has open: file system and inode of each, and the paths of those that were removed.
read_open_files() {
  [ -n "$uuid" ] || return
  # QEMU has the UUID as a word of its own behind -uuid; other programs that name it have no such word.
  grep -lzxF -e "$uuid" /proc/[0-9]*/cmdline 2>/dev/null | while IFS= read -r command; do
    grep -qzxF -e -uuid "$command" 2>/dev/null || continue
    files=${command%/cmdline}/fd
    ls "$files" >/dev/null 2>&1 || continue
    echo "$mark open"
    pid=${command%/cmdline}
    echo "pid ${pid##*/}"
    stat -L -c 'open %d %i' "$files"/* 2>/dev/null
    readlink "$files"/* 2>/dev/null | sed -n 's/^\(\/.*\) (deleted)$/removed \1/p'
    break
  done
}

read_clock first
read_sockets
read_configuration
read_listeners
read_memory
read_network
read_own_folders
read_programs
read_versions
read_hooks
read_accounts
echo "$mark user"
echo "$user"
read_graphics
read_descriptors
read_roms
echo "$mark mounts"
cat /proc/self/mountinfo
read_open_files
read_managers
read_usb
read_files "$@"
read_clock last
echo "$mark end"
exit 0
