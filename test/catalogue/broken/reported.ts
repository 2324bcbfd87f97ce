// SPDX-License-Identifier: LGPL-2.1-or-later

import { brokenCases } from '../case.ts';
import { all, believing, configured, namedPool, restarting, shell } from '../causes.ts';
import { disk, isolated, networkInterface, shared, volume } from '../parts.ts';

/** Problems that users of libvirt migration reported, and similar ones. */
export const reported = brokenCases([
  {
    check: 'shared-storage',
    name: 'a volume of the same pool and name that is another file there',
    vm: { name: 'namesake', devices: volume('vms', 'x.img') },
    // It would start there with the wrong disk.
    cause: all(
      shell(
        'source',
        `mkdir -p ${shared}/a ${shared}/b; truncate -s 1M ${shared}/a/x.img ${shared}/b/x.img`,
        `rm -rf ${shared}/a ${shared}/b`,
      ),
      namedPool('source', 'vms', `${shared}/a`),
      namedPool('destination', 'vms', `${shared}/b`),
    ),
    verdict: 'block',
    says: /x\.img\) is another file on beta/,
  },
  {
    check: 'shared-storage',
    name: 'a file that was replaced under the running VM',
    vm: { name: 'replaced', devices: disk(`${shared}/replaced.img`, " cache='none'") },
    // It would continue there with the old content.
    cause: shell('source', `truncate -s 1M ${shared}/replaced.img`, `rm -f ${shared}/replaced.img`),
    then: async ({ source }) => {
      await source.exec(['cp', `${shared}/replaced.img`, `${shared}/restored.img`]);
      await source.exec(['mv', `${shared}/restored.img`, `${shared}/replaced.img`]);
    },
    verdict: 'block',
    says: /replaced\.img\): the running VM/,
  },
  {
    check: 'name-collision',
    name: 'one folder for the definitions of both hosts',
    vm: { name: 'folder' },
    // libvirt migrates it, and the definition is lost.
    cause: restarting(
      restarting(
        shell(
          'both',
          `mkdir -p ${shared}/definitions/networks; mount --bind ${shared}/definitions /etc/libvirt/qemu`,
          `umount /etc/libvirt/qemu; rm -rf ${shared}/definitions`,
        ),
      ),
      'source',
    ),
    verdict: 'block',
    says: /keep their definitions in one folder/,
  },
  {
    check: 'other-manager',
    name: 'a mark of OpenNebula',
    vm: { name: 'nebula' },
    then: async ({ source }, _, { uuid }) => {
      const uri = 'http://opennebula.org/xmlns/libvirt/1.0';
      await source.virsh('metadata', uuid, '--uri', uri, '--key', 'one', '--set', '<vm/>', '--live');
    },
    verdict: 'block',
    says: /OpenNebula manages/,
  },
  {
    check: 'other-manager',
    name: 'a resource of Pacemaker',
    vm: { name: 'clustered' },
    cause: shell(
      'source',
      `mkdir -p /var/lib/pacemaker/cib; echo '<cib><configuration><resources><primitive id="vm" class="ocf" provider="heartbeat" type="VirtualDomain"><instance_attributes id="a"><nvpair id="b" name="config" value="/etc/libvirt/qemu/clustered.xml"/></instance_attributes></primitive></resources></configuration></cib>' > /var/lib/pacemaker/cib/cib.xml`,
      'rm -rf /var/lib/pacemaker',
    ),
    verdict: 'block',
    says: /resource of Pacemaker.*clustered\.xml/,
  },
  {
    check: 'network-sources',
    name: 'a network of the same name that each host has for itself',
    vm: { name: 'lan', devices: networkInterface('network', "network='lan'") },
    // It arrives in another network. Without dnsmasq, the lab has no network with addresses.
    cause: shell(
      'both',
      `echo '${isolated('lan', 'virbr9')}' | virsh -q net-define /dev/stdin; virsh -q net-start lan`,
      'virsh -q net-destroy lan; virsh -q net-undefine lan',
    ),
    verdict: 'warn',
    says: /for itself \(isolated\)/,
  },
  {
    check: 'network-sources',
    name: 'a bridge without a way out there',
    vm: { name: 'nowhere', devices: networkInterface('bridge', "bridge='br7'") },
    cause: all(
      shell('both', 'ip link add br7 type bridge; ip link set br7 up', 'ip link del br7'),
      shell(
        'source',
        'ip link add out7 type veth peer name out7x; ip link set out7 master br7; ip link set out7 up',
        'ip link del out7',
      ),
    ),
    verdict: 'warn',
    says: /br7 has a port that leads out of this host, and none on beta/,
  },
  {
    check: 'machine-type',
    name: 'a model of video that QEMU there does not have',
    vm: { name: 'qxl', devices: "<video><model type='qxl'/></video>" },
    cause: believing('/flag name=.qxl./d'),
    verdict: 'block',
    says: /lacks a device of the VM: qxl \(video\)/,
    refusal: /does not support video model 'qxl'/,
  },
  {
    check: 'host-devices',
    name: 'a USB device that the destination does not have',
    vm: {
      name: 'usb',
      devices:
        "<controller type='usb' model='qemu-xhci'/><hostdev mode='subsystem' type='usb'><source><vendor id='0x1234'/><product id='0x5678'/></source></hostdev>",
      start: false,
      usual: true,
    },
    verdict: 'block',
    says: /lacks the USB device 1234:5678/,
    // A computer without USB reports that there is no such folder.
    refusal: /Did not find USB device 1234:5678|cannot open directory '.sys.bus.usb.devices'/,
  },
  {
    check: 'data-ports',
    name: 'TLS demanded there, with a comment behind the setting',
    vm: { name: 'comment' },
    cause: configured('qemu.conf', 'migrate_tls_force = 1  # security'),
    verdict: 'block',
    says: /over TLS only/,
    refusal: /TLS|tls/,
  },
]);
