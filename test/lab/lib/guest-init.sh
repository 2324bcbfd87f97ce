#!/bin/busybox sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Process 1 of a guest. It writes to its serial console:
#   boot                   the guest runs
#   tick N UPTIME          four times a second: the largest gap in host time is the pause of the guest
#   disk ok N | disk BAD N whether its disk has what it wrote there, read again from the disk (every 8 ticks)
#   dirty                  it began to write to its memory at the requested rate
PATH=/bin
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
# The dependencies of these modules differ between kernels. Each round loads the modules whose dependencies are loaded.
for _ in 1 2 3 4 5; do
  for module in /modules/*.ko; do
    insmod "$module" 2>/dev/null
  done
done
for word in $(cat /proc/cmdline); do
  case $word in
    ckm.dirty_mb=*) dirty_mb=${word#*=} ;;
    ckm.dirty_rate=*) dirty_rate=${word#*=} ;;
    ckm.disk=*) disk=${word#*=} ;;
    ckm.off_after=*) off_after=${word#*=} ;;
  esac
done
exec >/dev/ttyS0 2>/dev/null </dev/null
echo boot
mkfifo /tmp/never
exec 3<>/tmp/never

# Waits without a fork, because a fork takes milliseconds under emulation.
pause() {
  read -r -t "$1" -u 3 _
}

# Sets $now: hundredths of a second since boot. Without command substitution, which would fork.
now() {
  read -r uptime _ </proc/uptime
  now=${uptime%.*}${uptime#*.}
}

# Writes random bytes to a region of memory, again and again, each time from another place of a larger pool. So every write changes the
# content of its pages, which page sampling needs, at a steady rate. It writes small blocks ten times a second, to avoid bursts and
# writes to other memory.
dirty() {
  block=65536
  # The number of blocks in a tenth of a second, and in the region.
  chunk=$(((dirty_rate * 1048576 / 10 + block - 1) / block))
  blocks=$((dirty_mb * 1048576 / block))
  [ $chunk -gt $blocks ] && chunk=$blocks
  mkdir /dirty
  mount -t tmpfs -o size="$((dirty_mb + 24))m" tmpfs /dirty
  dd if=/dev/urandom of=/dirty/pool bs=$block count=$((chunk + 128))
  # Filled before the writing begins, so that no page is zero.
  dd if=/dev/urandom of=/dirty/region bs=1M count="$dirty_mb"
  echo dirty
  written=0
  place=0
  now
  start=$now
  while :; do
    # A place in the pool is used again after 16381 writes, nearly half an hour.
    dd if=/dirty/pool iflag=skip_bytes skip=$((written * 512 % (16381 * 512))) of=/dirty/region bs=$block count=$chunk conv=notrunc seek=$place
    written=$((written + 1))
    place=$((place + chunk))
    [ $((place + chunk)) -gt $blocks ] && place=0
    now
    ahead=$((written * chunk * block / 10486 / dirty_rate - (now - start)))
    # If the machine was busy or the guest was paused, it does not catch up: the rate must stay steady.
    [ $ahead -lt -50 ] && start=$((now - written * chunk * block / 10486 / dirty_rate))
    if [ $ahead -gt 0 ]; then
      hundredths=$((ahead % 100))
      [ $hundredths -lt 10 ] && hundredths=0$hundredths
      pause $((ahead / 100)).$hundredths
    fi
  done
}

sum=
if [ -n "$disk" ]; then
  # The kernel finds the disk after a moment.
  until [ -b "$disk" ]; do pause 0.05; done
  dd if=/dev/urandom of=/tmp/pattern bs=1M count=1
  sum=$(md5sum </tmp/pattern)
  dd if=/tmp/pattern of="$disk" bs=1M seek=2 count=1 conv=notrunc,fsync
fi
[ "${dirty_mb:-0}" -gt 0 ] && [ "${dirty_rate:-0}" -gt 0 ] && dirty &

tick=0
while :; do
  tick=$((tick + 1))
  read -r uptime _ </proc/uptime
  echo "tick $tick $uptime"
  [ "${off_after:-0}" -gt 0 ] && [ "${uptime%.*}" -ge "$off_after" ] && poweroff -f
  if [ -n "$sum" ] && [ $((tick % 8)) = 0 ]; then
    # Reads the static pattern and the last counter, both past the cache.
    echo "$tick " | dd of="$disk" bs=512 count=1 conv=notrunc,sync,fsync
    echo 3 >/proc/sys/vm/drop_caches
    read -r counter _ <"$disk"
    if [ "$(dd if="$disk" bs=1M skip=2 count=1 | md5sum)" = "$sum" ] && [ "$counter" = $tick ]; then
      echo "disk ok $tick"
    else
      echo "disk BAD $tick"
    fi
  fi
  pause 0.25
done
