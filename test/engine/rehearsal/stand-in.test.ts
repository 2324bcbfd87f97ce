// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { leftOutText } from '../../../src/engine/rehearsal/left-out.ts';
import { type Mark, markOf } from '../../../src/engine/rehearsal/mark.ts';
import { type StandIn, standInFor } from '../../../src/engine/rehearsal/stand-in.ts';
import { parseDomain } from '../../../src/libvirt/domain-xml.ts';
import { child, children, parseXml, serializeXml, type XmlElement } from '../../../src/libvirt/xml.ts';

const identity = {
  name: 'cockpit-migrate-rehearsal-0123456789ab',
  uuid: 'c0c7a17e-5a7d-4abc-8def-0123456789ab',
};

const mark: Mark = {
  since: '2026-11-28T03:00:00.000Z',
  vm: '8c2a5e0e-7f5a-4f0c-9d9a-1d2f3a4b5c6d',
  destination: 'qemu+ssh://beta/system',
  owner: { host: 'aaaaaaaa-0000-4000-8000-000000000001', pid: 4711, began: 123456 },
};

function standIn(devices: string, more = '', attributes = "type='kvm'"): StandIn {
  const xml =
    `<domain ${attributes}><name>web</name><uuid>${mark.vm}</uuid><memory unit='KiB'>1048576</memory>` +
    `${more.includes('<os') ? '' : "<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os>"}${more}` +
    `<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>${devices}</devices></domain>`;
  return standInFor(xml, { identity, mark, relabelling: ['dac'], random: (digits) => 'a'.repeat(digits) });
}

/** The devices of the stand-in, without its emulator, as text. */
function devicesOf({ xml }: StandIn): string {
  const devices = child(parseXml(xml), 'devices');
  return (devices?.children ?? []).slice(1).map(serializeXml).join('');
}

/** The devices that were left out, as `kind name`. */
function leftOutOf({ leftOut }: StandIn): readonly string[] {
  return leftOut.flatMap(({ kind, names }) =>
    names.length === 0 ? [kind] : names.map((name) => `${kind} ${name}`),
  );
}

const label = "<seclabel model='dac' relabel='no'/>";
const file = "<source file='/images/precious.qcow2' index='1'/>";

/** Devices that change: of the VM, of its stand-in, and the text about it. */
const devices: readonly (readonly [name: string, vm: string, standIn: string, ...leftOut: string[]])[] = [
  [
    'a virtio disk',
    `<disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none' io='native' queues='4' iothread='1'/><auth username='a'><secret type='ceph' uuid='u'/></auth>${file}<backingStore type='file'><format type='raw'/><source file='/images/base'/></backingStore><target dev='vda' bus='virtio'/><iotune><total_bytes_sec>1</total_bytes_sec></iotune><serial>S1</serial><address type='pci' bus='0x04'/></disk>`,
    `<disk type='block' device='disk'><driver name='qemu' type='raw' queues='4' iothread='1'/><source dev='/dev/full'>${label}</source><target dev='vda' bus='virtio'/><serial>S1</serial><address type='pci' bus='0x04'/><readonly/></disk>`,
    'disk-content vda',
  ],
  [
    'a disk on the network, encrypted and shared',
    "<disk type='network' device='disk'><driver name='qemu' type='luks'/><source protocol='rbd' name='pool/precious'><host name='mon'/><encryption format='luks'><secret type='passphrase' uuid='u'/></encryption></source><target dev='sda' bus='scsi'/><shareable/></disk>",
    `<disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='/dev/full'>${label}</source><target dev='sda' bus='scsi'/><readonly/></disk>`,
    'disk-content sda',
  ],
  [
    'a LUN',
    "<disk type='block' device='lun' rawio='yes' sgio='unfiltered'><source dev='/dev/mapper/precious'><reservations managed='yes'/></source><target dev='sdb' bus='scsi'/></disk>",
    `<disk type='block' device='disk'><driver name='qemu' type='raw'/><source dev='/dev/full'>${label}</source><target dev='sdb' bus='scsi'/><readonly/></disk>`,
    'disk-content sdb',
  ],
  [
    'a SATA disk',
    `<disk type='file' device='disk'><driver name='qemu' type='raw'/>${file}<target dev='sda' bus='sata' rotation_rate='1'/><wwn>5</wwn><address type='drive' unit='0'/></disk>`,
    "<disk type='file' device='cdrom'><target dev='sda' bus='sata' rotation_rate='1'/><address type='drive' unit='0'/></disk>",
    'disk-as-drive sda',
  ],
  [
    'a medium in a drive',
    `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/>${file}<target dev='sdc' bus='sata' tray='open'/><readonly/></disk>`,
    "<disk type='file' device='cdrom'><target dev='sdc' bus='sata' tray='open'/><readonly/></disk>",
  ],
  [
    'a disk of vhost-user',
    "<disk type='vhostuser' device='disk'><source type='unix' path='/run/precious'/><target dev='vdb' bus='virtio'/></disk>",
    '',
    'disk vdb',
  ],
  [
    'a network interface of a network',
    "<interface type='network'><mac address='52:54:00:11:22:33'/><source network='default' portid='p' bridge='virbr0'/><target dev='web-tap'/><bandwidth><inbound average='1'/></bandwidth><model type='virtio'/><driver name='vhost' queues='2'/><mtu size='9000'/><link state='up'/><alias name='net0'/></interface>",
    "<interface type='network'><mac address='52:54:00:aa:aa:aa'/><source network='default' bridge='virbr0'/><model type='virtio'/><driver name='vhost' queues='2'/><mtu size='9000'/><alias name='net0'/><link state='down'/></interface>",
  ],
  [
    'a network interface of Open vSwitch',
    "<interface type='bridge'><mac address='52:54:00:11:22:33'/><source bridge='ovsbr'/><virtualport type='openvswitch'><parameters interfaceid='i' profileid='p'/></virtualport><script path='/root/precious.sh'/><model type='e1000e'/></interface>",
    "<interface type='bridge'><mac address='52:54:00:aa:aa:aa'/><source bridge='ovsbr'/><virtualport type='openvswitch'><parameters profileid='p'/></virtualport><model type='e1000e'/><link state='down'/></interface>",
  ],
  [
    'a network interface of a device of the host',
    "<interface type='hostdev'><mac address='52:54:00:11:22:33'/></interface><interface type='vhostuser'><mac address='52:54:00:11:22:34'/></interface>",
    '',
    'interface hostdev 52:54:00:11:22:33',
    'interface vhostuser 52:54:00:11:22:34',
  ],
  [
    'graphics with a fixed port, and a socket',
    "<graphics type='vnc' port='5910' autoport='no' websocket='5700' listen='10.0.0.1' passwd='secret'><listen type='address' address='10.0.0.1'/></graphics><graphics type='spice'><listen type='socket' socket='/run/precious'/><gl enable='yes' rendernode='/dev/dri/renderD128'/><image compression='off'/></graphics><graphics type='vnc' socket='/run/precious'/>",
    "<graphics type='vnc' autoport='yes'><listen type='address' address='10.0.0.1'/></graphics><graphics type='spice' autoport='yes'><image compression='off'/><listen type='none'/></graphics><graphics type='vnc' autoport='yes'><listen type='none'/></graphics>",
  ],
  ['graphics on the host', "<graphics type='egl-headless'/>", '', 'graphics egl-headless'],
  [
    'serial lines',
    "<serial type='file'><source path='/log/precious' append='on'/><log file='/log/precious2'/><target type='isa-serial' port='0'/></serial><console type='pty' tty='/dev/pts/1'><source path='/dev/pts/1'/><target type='serial' port='0'/></console>",
    "<serial type='null'><target type='isa-serial' port='0'/></serial><console type='null'><target type='serial' port='0'/></console>",
    'character-device serial 0',
  ],
  [
    'channels',
    "<channel type='unix'><source mode='bind' path='/var/precious.agent'/><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel><channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel><channel type='tcp'><source mode='connect' host='precious' service='1'/><protocol type='raw'/><target type='virtio' name='own'/></channel>",
    "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel><channel type='null'><target type='virtio' name='com.redhat.spice.0'/></channel><channel type='null'><target type='virtio' name='own'/></channel>",
    'character-device channel com.redhat.spice.0',
    'character-device channel own',
  ],
  [
    'the channel of SPICE',
    "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel><redirdev bus='usb' type='spicevmc'/><graphics type='spice'/>",
    "<channel type='spicevmc'><target type='virtio' name='com.redhat.spice.0'/></channel><redirdev bus='usb' type='spicevmc'/><graphics type='spice' autoport='yes'/>",
  ],
  [
    'a TPM',
    "<tpm model='tpm-crb'><backend type='emulator' version='2.0' persistent_state='yes'><encryption secret='u'/><profile name='p'/></backend></tpm>",
    "<tpm model='tpm-crb'><backend type='emulator' version='2.0'><profile name='p'/></backend></tpm>",
  ],
  [
    'the TPM of the host',
    "<tpm model='tpm-tis'><backend type='passthrough'><device path='/dev/tpm0'/></backend></tpm>",
    '',
    'tpm passthrough',
  ],
  [
    'memory devices',
    "<memory model='dimm'><source><pagesize unit='KiB'>2048</pagesize></source><target><size unit='KiB'>524288</size></target></memory><memory model='nvdimm'><source><path>/precious</path></source></memory>",
    "<memory model='dimm'><target><size unit='KiB'>524288</size></target></memory>",
    'memory-backing dimm',
    'persistent-memory nvdimm',
  ],
  [
    'what can be given to one VM alone',
    "<hostdev mode='subsystem' type='pci'/><lease><key>precious</key></lease><filesystem type='mount'><source dir='/precious'/><target dir='share'/></filesystem><shmem name='precious'/><input type='evdev'><source dev='/dev/input/event1'/></input><vsock model='virtio'><cid auto='no' address='3'/></vsock><frobnicator name='x'/>",
    "<vsock model='virtio'><cid auto='yes'/></vsock>",
    'host-device pci',
    'host-device lease',
    'filesystem share',
    'shared-memory precious',
    'input /dev/input/event1',
    'other frobnicator',
  ],
  [
    'sound and video',
    "<sound model='ich9'/><audio id='1' type='alsa'><input dev='/dev/snd'/></audio><video><model type='virtio' heads='1'><acceleration accel3d='yes'/></model></video><rng model='virtio'><backend model='egd' type='udp'/></rng>",
    "<sound model='ich9'/><audio id='1' type='none'/><video><model type='virtio' heads='1'/></video><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>",
    'graphics accel3d',
  ],
];

describe('the devices of a stand-in', () => {
  it.each(devices)('%s', (_, vm, expected, ...leftOut) => {
    const made = standIn(vm);
    expect(devicesOf(made)).toBe(expected);
    expect(leftOutOf(made)).toEqual(leftOut);
    expect(made.xml).not.toMatch(/precious/);
  });

  it('are unchanged if they belong only to the VM', () => {
    const same =
      "<controller type='pci' index='1' model='pcie-root-port'><target chassis='1' port='0x8'/></controller>" +
      "<controller type='scsi' index='0' model='virtio-scsi'><driver queues='4'/></controller>" +
      "<memballoon model='virtio' freePageReporting='on'><stats period='5'/></memballoon><watchdog model='itco' action='reset'/>" +
      "<input type='tablet' bus='usb'/><panic model='isa'/><iommu model='intel'/><rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>";
    const made = standIn(same);
    expect(devicesOf(made)).toBe(same);
    expect(made.leftOut).toEqual([]);
  });
});

describe('the rest of a stand-in', () => {
  const rest = (made: StandIn, ...path: readonly string[]): string => {
    const found = child(parseXml(made.xml), ...path);
    return found === undefined ? '' : serializeXml(found);
  };

  it('has machine, CPU, memory and features of the VM', () => {
    const more =
      "<cpu mode='custom' match='exact'><model fallback='forbid'>Skylake-Server</model></cpu><features><acpi/><hyperv/></features><vcpu placement='static' current='1'>4</vcpu><iothreads>2</iothreads><clock offset='utc'/>";
    const made = standIn('', more);
    for (const name of ['cpu', 'features', 'vcpu', 'iothreads', 'clock'])
      expect(more).toContain(rest(made, name));
    expect(rest(made, 'memory')).toBe("<memory unit='KiB'>1048576</memory>");
    expect(rest(made, 'os', 'type')).toBe("<type arch='x86_64' machine='pc-q35-7.2'>hvm</type>");
  });

  it('has its own name, UUID and mark, and nothing that identifies the VM', () => {
    const made = standIn(
      '',
      '<title>precious</title><description>precious</description><metadata><a:b xmlns:a="urn:a">precious</a:b></metadata><sysinfo type="smbios"><system><entry name="uuid">precious</entry></system></sysinfo>',
      "type='kvm' id='7'",
    );
    const { name, uuid, metadataNamespaces } = parseDomain(made.xml);
    expect({ name, uuid }).toEqual(identity);
    expect(metadataNamespaces).toEqual(['urn:cockpit-migrate:rehearsal:1']);
    expect(markOf(made.xml)).toEqual(mark);
    expect(made.xml).not.toMatch(/precious|<name>web| id='7'/);
  });

  it('has firmware with variables of its own, and no kernel', () => {
    const made = standIn(
      '',
      "<os><type arch='x86_64' machine='q35'>hvm</type><loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader><nvram template='/usr/share/OVMF/OVMF_VARS.fd' type='file'><source file='/precious'/></nvram><kernel>/precious</kernel><cmdline>precious</cmdline><boot dev='hd'/><smbios mode='sysinfo'/></os>",
    );
    expect(rest(made, 'os')).toBe(
      "<os><type arch='x86_64' machine='q35'>hvm</type><loader readonly='yes' secure='yes' type='pflash'>/usr/share/OVMF/OVMF_CODE.fd</loader><nvram template='/usr/share/OVMF/OVMF_VARS.fd'/><boot dev='hd'/></os>",
    );
    expect(leftOutOf(made)).toEqual(['kernel']);
  });

  it('has ordinary memory', () => {
    const made = standIn(
      '',
      "<memoryBacking><hugepages/><locked/><nosharepages/><source type='memfd'/><access mode='shared'/></memoryBacking><cpu><numa><cell id='0' memory='1048576' memAccess='shared'/></numa></cpu>",
    );
    expect(rest(made, 'memoryBacking')).toBe('<memoryBacking><nosharepages/></memoryBacking>');
    expect(rest(made, 'cpu')).toBe("<cpu><numa><cell id='0' memory='1048576'/></numa></cpu>");
    expect(leftOutOf(made)).toEqual(
      ['hugepages', 'locked', 'source', 'access'].map((name) => `memory-backing ${name}`),
    );
  });

  it('has little memory, unless it is split', () => {
    const large = (more: string, devices = ''): StandIn =>
      standInFor(
        `<domain type='kvm'><name>web</name><memory unit='KiB'>67108864</memory><currentMemory unit='KiB'>67108864</currentMemory>${more}<os><type arch='x86_64'>hvm</type></os><devices>${devices}</devices></domain>`,
        { identity, mark, relabelling: ['dac'] },
      );
    const made = large('');
    expect(rest(made, 'memory')).toBe("<memory unit='KiB'>4194304</memory>");
    expect(rest(made, 'currentMemory')).toBe("<currentMemory unit='KiB'>4194304</currentMemory>");
    expect(leftOutOf(made)).toEqual(['memory-size']);
    const split = [
      large("<cpu><numa><cell id='0' memory='67108864'/></numa></cpu>"),
      large("<maxMemory slots='4' unit='KiB'>134217728</maxMemory>"),
      large('', "<memory model='dimm'><target><size unit='KiB'>524288</size></target></memory>"),
    ];
    for (const each of split) expect(rest(each, 'memory')).toBe("<memory unit='KiB'>67108864</memory>");
  });

  it('has nothing that libvirt passes to QEMU without interpreting it', () => {
    const made = standIn(
      '',
      "<qemu:commandline><qemu:arg value='-precious'/></qemu:commandline><launchSecurity type='sev'/>",
      "type='kvm' xmlns:qemu='http://libvirt.org/schemas/domain/qemu/1.0'",
    );
    expect(made.xml).not.toMatch(/precious|sev/);
    expect(leftOutOf(made)).toEqual(['qemu-commandline', 'launch-security sev']);
  });

  it('is made only of a definition', () => {
    for (const text of ['', '<domain/>', '<network><devices/></network>', 'error: Domain not found'])
      expect(() => standInFor(text, { identity, mark, relabelling: [] })).toThrow();
  });
});

describe('hostile names', () => {
  const names = fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 20 });
  const escape = (text: string): string =>
    text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0) ?? 0};`).replace(/[\p{Cc}\p{Cs}]/gu, '?');

  it('of a VM, a path or a network are left out or stay in their attribute', () => {
    fc.assert(
      fc.property(names, names, (text, network) => {
        const made = standIn(
          `<disk type='file' device='disk'><source file='/${escape(text)}'/><target dev='vda' bus='virtio'/></disk><interface type='network'><source network='${escape(network)}'/></interface>`,
          `<description>${escape(text)}</description>`,
        );
        const root = parseXml(made.xml);
        const count = (at: XmlElement): number =>
          at.children.reduce((sum, node) => sum + (node.kind === 'element' ? count(node) : 0), 1);
        // The elements: domain, name, uuid, metadata with its mark, memory, os, type, devices, emulator; 6 of the disk; 4 of the interface.
        expect(count(root)).toBe(20);
        const [device] = children(child(root, 'devices') ?? root, 'interface');
        expect(device === undefined ? '' : child(device, 'source')?.attributes['network']).toBe(
          parseXml(`<a b='${escape(network)}'/>`).attributes['b'],
        );
      }),
    );
  });
});

describe('the mark', () => {
  it.each([
    ['no mark', '<domain><metadata/></domain>'],
    ['another one', "<domain><metadata><a:b xmlns:a='urn:a' since='x'/></metadata></domain>"],
    [
      'no time',
      "<domain><metadata><a:b xmlns:a='urn:cockpit-migrate:rehearsal:1' since='x' vm='v' destination='d'/></metadata></domain>",
    ],
    ['no XML', 'error: Domain not found'],
  ])('is none: %s', (_, xml) => {
    expect(markOf(xml)).toBeUndefined();
  });
});

describe('what is left out', () => {
  it('is said', () => {
    const { leftOut } = standIn(devices.map(([, vm]) => vm).join(''));
    const said = leftOut.map((each) => plainText(leftOutText(each)));
    expect(said).toContain('Without the content of disks: vda, sda, sdb.');
    expect(said).toContain('An empty drive instead of a disk: sda.');
    for (const text of said) expect(text).not.toMatch(/\$|undefined/);
  });
});
