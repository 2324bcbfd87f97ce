# SPDX-License-Identifier: LGPL-2.1-or-later
# The first process of a booted host. It mounts the file system, then executes systemd. host-boot.sh HOST ROOT SERIAL PAGE RUN TREE
set -eu
host=$1 root=$2 serial=$3 page=$4 state=$5 tree=$6
new=$root/system

mount --make-rprivate /
hostname "$host"
mount -t overlay overlay -o "lowerdir=$tree,upperdir=$root/upper,workdir=$root/work" "$new"

mount -t proc proc "$new/proc"
# The settings of the kernel belong to the machine. Only those of the network belong to this host.
mount --bind "$new/proc/sys" "$new/proc/sys"
mount --bind "$new/proc/sys/net" "$new/proc/sys/net"
mount -o remount,bind,ro "$new/proc/sys"
if [ -e "$new/proc/sysrq-trigger" ]; then
  mount --bind "$new/proc/sysrq-trigger" "$new/proc/sysrq-trigger"
  mount -o remount,bind,ro "$new/proc/sysrq-trigger"
fi
mount -t sysfs sysfs "$new/sys"
mount -t cgroup2 cgroup2 "$new/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$new/run"
mount -t tmpfs -o mode=1777 tmpfs "$new/tmp"

# The host has its own device nodes, so that it cannot change those of the machine.
mount -t tmpfs -o mode=755 tmpfs "$new/dev"
node() {
  mknod -m "$2" "$new/dev/$1" c "$3" "$4"
}
node null 666 1 3
node zero 666 1 5
node full 666 1 7
node random 666 1 8
node urandom 666 1 9
node tty 666 5 0
node fuse 666 10 229
mkdir "$new/dev/net"
node net/tun 666 10 200
if [ -e /dev/kvm ]; then
  node kvm 660 "$((0x$(stat -c %t /dev/kvm)))" "$((0x$(stat -c %T /dev/kvm)))"
  chroot "$new" chgrp kvm /dev/kvm
fi
mkdir "$new/dev/pts" "$new/dev/shm"
mount -t devpts -o newinstance,mode=620,ptmxmode=666,gid=5 devpts "$new/dev/pts"
ln -s pts/ptmx "$new/dev/ptmx"
mount -t tmpfs -o mode=1777 tmpfs "$new/dev/shm"
ln -s /proc/self/fd "$new/dev/fd"
ln -s /proc/self/fd/0 "$new/dev/stdin"
ln -s /proc/self/fd/1 "$new/dev/stdout"
ln -s /proc/self/fd/2 "$new/dev/stderr"

# The files that differ between hosts. Certificates and root's keys change from outside while the host runs, so they are mounted.
bind() {
  mkdir -p "$2"
  mount --bind "$1" "$2"
}
bind "$root/etc/pki/CA" "$new/etc/pki/CA"
bind "$root/etc/pki/libvirt" "$new/etc/pki/libvirt"
bind "$root/root" "$new/root"
bind "$root/images" "$new/var/lib/libvirt/images"
bind "$root/brick" "$new/var/lib/libvirt/brick"
bind "$serial" "$new/var/lib/libvirt/serial"
mkdir -p "$(dirname "$serial")/boot"
bind "$(dirname "$serial")/boot" "$new/var/lib/libvirt/boot"
mkdir -p "$new/var/lib/libvirt/shared"
# Packages in the directory are installed as an admin would do it. A directory without packages is the page itself.
if compgen -G "$page/*.deb" >/dev/null; then
  mkdir "$new/tmp/packages"
  cp "$page"/*.deb "$new/tmp/packages/"
  chroot "$new" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
    dpkg --force-unsafe-io --install --recursive /tmp/packages
  rm -r "$new/tmp/packages"
elif [ -d "$page" ]; then
  bind "$page" "$new/usr/share/cockpit/migrate"
fi
for file in hostname machine-id hosts cockpit/disallowed-users; do cp "$root/etc/$file" "$new/etc/$file"; done
cp "$root"/etc/ssh/ssh_host_* "$new/etc/ssh/"
mkdir -p "$new/etc/ssh/sshd_config.d"
cp "$root/etc/ssh/sshd_config" "$new/etc/ssh/sshd_config.d/lab.conf"
cat "$root/etc/libvirt/libvirtd.conf" >>"$new/etc/libvirt/libvirtd.conf"
rm -rf "$new/etc/libvirt/qemu/networks/autostart"
# libvirt-dbus depends on a session bus: this package, or dbus-x11. With dbus-x11 a user without a graphical session has no session bus.
if [ -f "$state/no-session-bus" ]; then
  chroot "$new" env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin DEBIAN_FRONTEND=noninteractive \
    dpkg --purge --force-depends dbus-user-session
fi

touch "$state/ready"
cd "$new"
mkdir -p .old
pivot_root . .old
# Unmounted lazily, because this shell still has a file open there, until it executes systemd.
umount -l /.old
rmdir /.old
exec env -i container=lab PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /usr/lib/systemd/systemd --system --log-target=journal
