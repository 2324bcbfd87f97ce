# SPDX-License-Identifier: LGPL-2.1-or-later
# Shared storage: a GlusterFS volume on the first host, mounted on all hosts. libvirt treats fuse.glusterfs as shared.

storage_shared() {
  local first=$1 host address
  address=$(host_address "$first")
  if is_booted "$first"; then
    in_host "$first" systemctl start glusterd
  else
    in_host "$first" glusterd --pid-file /run/glusterd.pid
  fi
  wait_for 30 glusterd in_host "$first" gluster --mode=script volume list
  in_host "$first" gluster --mode=script volume create shared "$address:/var/lib/libvirt/brick/shared" force >/dev/null
  # During the switch over, both hosts have the VM's disk open. With write-behind and caches, a client would not see what the other
  # one wrote.
  in_host "$first" gluster --mode=script volume set shared performance.write-behind off >/dev/null
  in_host "$first" gluster --mode=script volume start shared >/dev/null
  for host in "$@"; do
    in_host "$host" mount -t glusterfs "$address:/shared" /var/lib/libvirt/shared &
  done
  wait_all
}
