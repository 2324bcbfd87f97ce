# SPDX-License-Identifier: LGPL-2.1-or-later
# Builds a tree for booted hosts. Runs in namespaces of its own.
# tree-install.sh DIRECTORY SUITE MIRROR SCRIPT PACKAGE... -- PACKAGE-WHOSE-VERSION-IS-WRITTEN...
set -euo pipefail
directory=$1 suite=$2 mirror=$3 script=$4
shift 4
wanted=()
while [ "$1" != -- ]; do
  wanted+=("$1")
  shift
done
shift
root=$directory/root

mount --make-rprivate /
mount -t proc proc /proc
debootstrap --variant=minbase "$suite" "$root" "$mirror" ${script:+"$script"}

in_tree() {
  chroot "$root" env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"
}

mount -t proc proc "$root/proc"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
# The mirror's name is looked up as this machine does it; the tree itself keeps none of that.
for file in hosts resolv.conf; do
  touch "$root/etc/$file"
  mount --bind "/etc/$file" "$root/etc/$file"
done
mv "$directory/apt.conf" "$root/etc/apt/apt.conf.d/99lab"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
# A tree that is half written is thrown away, so nothing needs to be on the disk before the end.
echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/lab"
printf 'path-exclude=/usr/share/%s/*\n' doc man locale >>"$root/etc/dpkg/dpkg.cfg.d/lab"

in_tree apt-get -q update
packages=()
for each in "${wanted[@]}"; do
  if [ "${each#\?}" = "$each" ]; then
    packages+=("$each")
  elif in_tree apt-cache policy "${each#\?}" | grep -q '^  Candidate: [^(]'; then
    packages+=("${each#\?}")
  fi
done
in_tree apt-get -q -y --no-install-recommends install "${packages[@]}"

# Services that do something to the machine around the host (the kernel's settings, its time, its devices), or that want the network.
for unit in systemd-sysctl.service systemd-modules-load.service systemd-binfmt.service proc-sys-fs-binfmt_misc.automount \
  systemd-udevd.service systemd-udevd-kernel.socket systemd-udevd-control.socket systemd-udev-trigger.service \
  systemd-timesyncd.service systemd-random-seed.service dev-hugepages.mount sys-kernel-debug.mount sys-kernel-tracing.mount \
  sys-kernel-config.mount sys-fs-fuse-connections.mount modprobe@.service kmod-static-nodes.service \
  apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer fstrim.timer man-db.timer dpkg-db-backup.timer \
  systemd-networkd-wait-online.service getty@tty1.service console-getty.service nftables.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
in_tree systemctl enable libvirtd.socket libvirtd-tcp.socket libvirtd-tls.socket cockpit.socket ssh.service
in_tree systemctl disable glusterd.service 2>/dev/null || true

# People: an administrator, one who may manage VMs, one who may not. The hash is of "lab".
password=$(openssl passwd -6 lab)
for user in admin vmuser nobodyuser; do in_tree useradd --create-home --shell /bin/bash "$user"; done
in_tree usermod -aG sudo admin
in_tree usermod -aG libvirt vmuser
for user in root admin vmuser nobodyuser; do in_tree usermod -p "$password" "$user"; done

rm -f "$root/usr/sbin/policy-rc.d" "$root/etc/apt/apt.conf.d/99lab" "$root/etc/dpkg/dpkg.cfg.d/lab" "$root"/etc/ssh/ssh_host_*
in_tree apt-get clean
rm -rf "$root"/var/lib/apt/lists/*
umount "$root/etc/hosts" "$root/etc/resolv.conf" "$root/tmp" "$root/run" "$root/proc"
rm -f "$root/etc/resolv.conf" "$root/etc/machine-id" "$root/etc/hostname"
{
  printf '{"suite": "%s"' "$suite"
  for each in "$@"; do
    # shellcheck disable=SC2016
    printf ', "%s": "%s"' "$each" "$(chroot "$root" dpkg-query -W -f '${Version}' "$each")"
  done
  printf '}\n'
} >"$directory/versions.json.new"
sync -f "$directory"
mv "$directory/versions.json.new" "$directory/versions.json"
