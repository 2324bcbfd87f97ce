# SPDX-License-Identifier: LGPL-2.1-or-later
# A small Linux guest whose memory, disk and clock can be checked from outside. It runs guest-init.sh.

cache=${CKM_LAB_CACHE:-/var/cache/cockpit-migrate-lab}

# The package of the newest kernel for virtual machines in Debian or Ubuntu.
guest_kernel_package() {
  local meta package
  for meta in linux-image-cloud-amd64 linux-image-virtual linux-image-amd64; do
    package=$(apt-cache depends --no-recommends --no-suggests "$meta" 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -n 1)
    [ -z "$package" ] || break
  done
  echo "$package"
}

# Unpacks that kernel, without installing it, with the modules that a guest needs.
guest_kernel() {
  [ -f "$cache/vmlinuz" ] && [ -f "$cache/initrd" ] && [ "$cache/initrd" -nt "$here/lib/guest-init.sh" ] && return
  mkdir -p "$cache"
  (
    # If two labs start at once, one prepares and the other waits.
    flock 9
    [ -f "$cache/vmlinuz" ] && [ -f "$cache/initrd" ] && [ "$cache/initrd" -nt "$here/lib/guest-init.sh" ] && exit
    cd "$cache"
    rm -rf root kernel
    local package busybox deb
    if [ ! -d package ]; then
      rm -f ./*.deb
      chmod 755 .
      package=$(guest_kernel_package)
      # The list of packages may be missing, or so old that its kernel is no longer available.
      if [ -z "$package" ] || ! apt-get -q download "$package" >/dev/null 2>&1; then
        apt-get -q update >/dev/null
        package=$(guest_kernel_package)
        [ -n "$package" ] || die "apt knows no kernel for the guests"
        apt-get -q download "$package" >/dev/null 2>&1 || die "apt-get download $package failed"
      fi
      # Ubuntu has the modules in a separate package.
      apt-get -q download "${package/image/modules}" >/dev/null 2>&1 || true
      mkdir package.new
      for deb in ./*.deb; do dpkg-deb -x "$deb" package.new; done
      mv package.new package
      rm -f ./*.deb
    fi
    busybox=$(command -v busybox)
    mkdir -p root/{bin,dev,proc,sys,tmp,modules}
    cp "$busybox" root/bin/busybox
    cp "$here/lib/guest-init.sh" root/init
    chmod 755 root/init
    local module found
    for module in virtio virtio_ring virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci virtio_blk; do
      found=$(find package -name "$module.ko*" | head -n 1)
      case $found in
        '') ;; # built into the kernel
        *.zst) zstd -qdf "$found" -o "root/modules/$module.ko" ;;
        *.xz) xz -dc "$found" >"root/modules/$module.ko" ;;
        *) cp "$found" "root/modules/$module.ko" ;;
      esac
    done
    (cd root && find . | cpio --quiet -o -H newc | gzip -1) >initrd.new
    cp "$(find package -name 'vmlinuz-*' | head -n 1)" vmlinuz.new
    mv vmlinuz.new vmlinuz
    mv initrd.new initrd
    rm -rf root
  ) 9>"$cache/lock"
}

xml_escape() {
  printf '%s' "$1" | sed 's/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/"/\&quot;/g'
}

guest_create() {
  local host=$1 name=$2 memory=192 dirty_mb=0 dirty_rate=0 disk=shared disk_mb=16 model=qemu64 machine=q35 iso='' vcpus=1 balloon=none off=no off_after=0
  shift 2
  while [ $# -gt 0 ]; do
    case $1 in
      --memory) memory=$2; shift 2 ;;
      --dirty-mb) dirty_mb=$2; shift 2 ;;
      --dirty-rate) dirty_rate=$2; shift 2 ;;
      --disk) disk=$2; shift 2 ;;
      --disk-mb) disk_mb=$2; shift 2 ;;
      --cpu) model=$2; shift 2 ;;
      --machine) machine=$2; shift 2 ;;
      --iso) iso=$2; shift 2 ;;
      --vcpus) vcpus=$2; shift 2 ;;
      --balloon) balloon=virtio; shift ;;
      --off) off=yes; shift ;;
      --off-after) off_after=$2; shift 2 ;;
      *) die "no such option: $1" ;;
    esac
  done
  guest_kernel
  mkdir -p "$data/boot"
  # Written under another name and renamed, because another guest may be started or created at the same time.
  for file in vmlinuz initrd; do
    cmp -s "$cache/$file" "$data/boot/$file" || { cp "$cache/$file" "$data/boot/$file.$$"; mv "$data/boot/$file.$$" "$data/boot/$file"; }
  done
  local uuid devices='' where image device=''
  uuid=$(cat /proc/sys/kernel/random/uuid)
  case $disk in
    none) ;;
    shared | local)
      where=/var/lib/libvirt/images
      [ "$disk" = local ] || where=/var/lib/libvirt/shared
      image=$where/$uuid.img
      device=/dev/vda
      in_host "$host" truncate -s "${disk_mb}M" "$image"
      devices+="<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/><source file='$image'/><target dev='vda' bus='virtio'/></disk>"
      ;;
    *) die "shared, local or none, not $disk" ;;
  esac
  [ -z "$iso" ] || devices+="<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='$(xml_escape "$iso")'/><target dev='sda' bus='sata'/><readonly/></disk>"
  local cpu="<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>$model</model></cpu>"
  [ "$model" != qemu64 ] || cpu="<cpu mode='custom' match='exact' check='none'><model fallback='forbid'>qemu64</model><feature policy='disable' name='svm'/></cpu>"
  # nohz=off highres=off: a periodic timer. With the one-shot timer, a guest sometimes stayed in its timer handler after its
  # migration and printed nothing any more (Linux 6.1, QEMU 7.2 without KVM: interrupts off, reading the HPET, one processor
  # busy).
  in_host "$host" virsh -q define /dev/stdin <<XML >/dev/null
<domain type='qemu'>
  <name>$(xml_escape "$name")</name>
  <uuid>$uuid</uuid>
  <memory unit='MiB'>$memory</memory>
  <vcpu>$vcpus</vcpu>
  <os>
    <type arch='x86_64' machine='$machine'>hvm</type>
    <kernel>/var/lib/libvirt/boot/vmlinuz</kernel>
    <initrd>/var/lib/libvirt/boot/initrd</initrd>
    <cmdline>console=ttyS0 quiet loglevel=1 mitigations=off panic=-1 no_timer_check tsc=unstable nohz=off highres=off ckm.dirty_mb=$dirty_mb ckm.dirty_rate=$dirty_rate ckm.disk=$device ckm.off_after=$off_after</cmdline>
  </os>
  <features><acpi/></features>
  $cpu
  <devices>
    $devices
    <serial type='file'><source path='/var/lib/libvirt/serial/$uuid.log' append='on'/><target port='0'/></serial>
    <memballoon model='$balloon'/>
    <controller type='usb' model='none'/>
  </devices>
</domain>
XML
  [ "$off" = yes ] || in_host "$host" virsh -q start "$uuid" >/dev/null
  echo "$uuid"
}

# Prints what each host knows about a guest, for a test whose wait has failed.
guest_state() {
  local uuid=$1 host
  for host in $(hosts); do
    echo "== $host"
    # shellcheck disable=SC2016
    in_host "$host" timeout 60 sh -c '
      uuid=$1
      virsh domstate --reason "$uuid" 2>&1
      for command in "info status" "info registers" "info registers" "info lapic" "info irq" "info chardev" "info blockstats"; do
        echo "-- $command"
        timeout 10 virsh -q qemu-monitor-command --hmp "$uuid" "$command" 2>&1 | grep -vE "^(FPR|XMM|YMM|FCW|ES|SS|DS|FS|GS|LDT|TR|GDT|IDT|DR)" | cut -c -200 | head -n 60
        sleep 0.5
      done
      for qemu in $(pgrep -f "^/[^ ]*qemu.*$uuid"); do
        for task in /proc/$qemu/task/*; do echo "$(cat "$task/comm") $(cut -d" " -f 3,14,15 "$task/stat") $(cat "$task/wchan")"; done
      done
      timeout 5 stat -c "%n %s" /var/lib/libvirt/shared/* 2>&1
      tail -n 5 "/var/log/libvirt/qemu/$(virsh -q domname "$uuid" 2>/dev/null).log" 2>&1' sh "$uuid" || true
  done
}
