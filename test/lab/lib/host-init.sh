# SPDX-License-Identifier: LGPL-2.1-or-later
# Process 1 of a host. It mounts the file systems, then reaps processes. host-init.sh HOST ROOT SERIAL PAGE RUN
set -eu
host=$1 root=$2 serial=$3 page=$4 state=$5

mount --make-rprivate /
hostname "$host"

# Opens the page and the scratch directories under other paths, before their own paths are covered by mounts.
mkdir -p "$state/page-files"
if [ -d "$page" ]; then mount --bind "$page" "$state/page-files"; fi
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$root/etc,workdir=$root/etc-work" /etc
if [ -d /usr/share/cockpit ]; then
  mkdir -p "$root/cockpit/migrate"
  mount -t overlay overlay -o "lowerdir=/usr/share/cockpit,upperdir=$root/cockpit,workdir=$root/cockpit-work" /usr/share/cockpit
  mount --bind "$state/page-files" /usr/share/cockpit/migrate
fi
# An overlay, so that a test can remove libvirt-dbus from D-Bus.
mount -t overlay overlay -o "lowerdir=/usr/share/dbus-1/system-services,upperdir=$root/services,workdir=$root/services-work" \
  /usr/share/dbus-1/system-services
bind() {
  mkdir -p "$2"
  mount --bind "$1" "$2"
}
bind "$root/home" /home
bind "$root/libvirt" /var/lib/libvirt
bind "$root/state" /var/lib/cockpit-migrate
bind "$root/libvirt-cache" /var/cache/libvirt
# All of /var/log, because a sign-in writes there, too.
bind "$root/log" /var/log
touch /var/log/wtmp /var/log/btmp /var/log/lastlog
if [ -d /var/lib/sudo ]; then mount --bind "$root/sudo" /var/lib/sudo; fi
mkdir -p /var/lib/libvirt/images /var/lib/libvirt/shared /var/lib/libvirt/serial /var/lib/libvirt/qemu /var/lib/libvirt/boot
mount --bind "$serial" /var/lib/libvirt/serial
if [ -d /var/lib/glusterd ]; then
  mount --bind "$root/gluster" /var/lib/glusterd
fi
mkdir -p /var/lib/libvirt/brick
mount --bind "$root/brick" /var/lib/libvirt/brick
boot=$(dirname "$serial")/boot
mkdir -p "$boot"
mount --bind "$boot" /var/lib/libvirt/boot
mount --bind "$root/root" /root

mount -t proc proc /proc
mount -t sysfs sysfs /sys 2>/dev/null || true
# Its own terminals, for sudo and for the console's shell.
mount -t devpts -o newinstance,mode=620,ptmxmode=666,gid=5 devpts /dev/pts
mount --bind /dev/pts/ptmx /dev/ptmx
run_dir=$root/run
mkdir -p "$run_dir"
mount -t tmpfs -o mode=755 tmpfs "$run_dir"
mkdir -p "$run_dir/lock" "$run_dir/mount" "$run_dir/lab-state"
mount --bind "$state" "$run_dir/lab-state"
mount --move "$run_dir" /run
rm -rf /etc/libvirt/qemu/networks/autostart

touch /run/lab-state/ready
# Orphans become children of process 1. A shell reaps them while it waits. With `sleep` as process 1, a QEMU that has ended would stay
# a zombie ("Failed to terminate process ... Device or resource busy").
while :; do
  sleep 3600 &
  wait $! || true
done
