// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { parseDevices } from '../../src/libvirt/domain-devices.ts';
import { parseCpuSet, parseResources } from '../../src/libvirt/domain-resources.ts';
import { parseXml } from '../../src/libvirt/xml.ts';

const devices = (xml: string): ReturnType<typeof parseDevices> =>
  parseDevices(parseXml(`<devices>${xml}</devices>`));
const resources = (xml: string): ReturnType<typeof parseResources> =>
  parseResources(parseXml(`<domain>${xml}</domain>`));

describe('devices of a definition', () => {
  it('are none where there are none', () => {
    expect(parseDevices(undefined)).toEqual(devices(''));
  });

  it('has network interfaces with what they connect to', () => {
    expect(
      devices(
        "<interface type='network'><mac address='m1'/><source network='default' bridge='virbr0'/><filterref filter='f'/></interface>" +
          "<interface type='direct'><mac address='m2'/><source dev='eno1' mode='vepa'/></interface>" +
          "<interface type='direct'><mac address='m4'/><source dev='eno2' mode='passthrough'/></interface>" +
          "<interface type='user'><mac address='m3'/></interface>",
      ).interfaces,
    ).toEqual([
      { type: 'network', mac: 'm1', source: 'default', network: 'default', filter: 'f', failover: false },
      { type: 'direct', mac: 'm2', source: 'eno1', failover: false },
      { type: 'direct', mac: 'm4', source: 'eno2', failover: false, passthrough: true },
      { type: 'user', mac: 'm3', failover: false },
    ]);
  });

  it('has the models that a state depends on', () => {
    const found = devices(
      "<interface type='bridge'><mac address='m'/><model type='virtio'/><driver name='vhost' queues='4'/></interface>" +
        "<interface type='user'><mac address='n'/><model type='e1000e'/><driver queues='-1'/></interface>" +
        "<memballoon model='virtio'/><rng model='virtio'><backend model='builtin'/></rng>" +
        "<tpm model='tpm-crb'><backend type='emulator' version='2.0'/></tpm>",
    );
    expect(found.interfaces.map(({ model, queues }) => [model, queues])).toEqual([
      ['virtio', 4],
      ['e1000e', undefined],
    ]);
    expect(found).toMatchObject({
      memballoon: 'virtio',
      rngs: ['virtio'],
      tpms: [{ backend: 'emulator', version: '2.0' }],
    });
    expect(devices('')).not.toHaveProperty('memballoon');
  });

  it('has each path once, and not those that the host itself chooses', () => {
    const found = devices(
      "<serial type='pty'><source path='/dev/pts/3'/></serial>" +
        "<serial type='file'><source path='/log/a'/></serial><console type='file'><source path='/log/a'/></console>" +
        "<channel type='unix'><source mode='bind' path='/run/libvirt/qemu/channel/1-web/x'/></channel>" +
        "<channel type='unix'><source mode='connect' path='/srv/x.sock'/></channel>" +
        "<channel type='unix'><source mode='connect' path='/srv/y.sock'><reconnect enabled='yes' timeout='10'/></source></channel>" +
        "<rng model='virtio'><backend model='egd' type='unix'><source mode='connect' path='/srv/egd'/></backend></rng>" +
        "<rng model='virtio'><backend model='random'>/dev/hwrng</backend></rng>" +
        "<rng model='virtio'><backend model='builtin'/></rng>" +
        "<input type='evdev'><source dev='/dev/input/event1'/></input>" +
        "<vsock model='virtio'><cid auto='yes' address='3'/></vsock>" +
        "<graphics type='egl-headless'><gl rendernode='/dev/dri/renderD128'/></graphics>" +
        "<memory model='nvdimm'><source><path>/pmem</path></source></memory>",
    ).paths;
    expect(found).toEqual([
      { device: 'serial', path: '/log/a', wants: 'parent' },
      { device: 'channel', path: '/srv/x.sock', wants: 'listener' },
      { device: 'channel', path: '/srv/y.sock', wants: 'exists' },
      { device: 'rng', path: '/srv/egd', wants: 'listener' },
      { device: 'rng', path: '/dev/hwrng', wants: 'exists' },
      { device: 'input', path: '/dev/input/event1', wants: 'exists' },
      { device: 'vsock', path: '/dev/vhost-vsock', wants: 'exists' },
      { device: 'graphics', path: '/dev/dri/renderD128', wants: 'exists' },
      { device: 'memory', path: '/pmem', wants: 'exists' },
    ]);
  });

  it('has network endpoints of character devices that QEMU needs', () => {
    const tcp = (device: string, source: string, more = ''): string =>
      `<${device} type='tcp'><source ${source}>${more}</source><protocol type='raw'/></${device}>`;
    expect(
      devices(
        tcp('serial', "mode='bind' host='10.0.0.1' service='2445'") +
          tcp('console', "mode='bind' host='10.0.0.1' service='2445'") +
          tcp('channel', "mode='connect' host='log' service='7'", "<reconnect enabled='yes' timeout='10'/>") +
          tcp('redirdev', "mode='connect' host='usb' service='4000'", "<reconnect enabled='no'/>") +
          "<parallel type='udp'><source mode='bind' host='::' service='7'/><source mode='connect' host='far' service='8'/></parallel>" +
          "<serial type='udp'><source mode='bind' service='0'/><source mode='connect' host='far' service='8'/></serial>" +
          "<rng model='virtio'><backend model='egd' type='tcp'><source mode='connect' service='1234'/></backend></rng>",
      ).endpoints,
    ).toEqual([
      { device: 'serial', protocol: 'tcp', mode: 'bind', host: '10.0.0.1', service: '2445' },
      { device: 'parallel', protocol: 'udp', mode: 'bind', host: '::', service: '7' },
      { device: 'redirdev', protocol: 'tcp', mode: 'connect', host: 'usb', service: '4000' },
      { device: 'rng', protocol: 'tcp', mode: 'connect', host: '', service: '1234' },
    ]);
  });

  it('has no path of graphics that libvirt chose, and none that QEMU searches', () => {
    expect(
      devices(
        "<graphics type='vnc'><listen type='socket' socket='/var/lib/libvirt/qemu/domain-1-web/vnc.sock'/></graphics>" +
          "<interface type='user'><rom file='efi-virtio.rom'/></interface>" +
          "<interface type='bridge'><script path='/etc/up'/></interface>",
      ).paths,
    ).toEqual([]);
  });

  it('has QEMU’s ROM files of network and video devices', () => {
    expect(
      devices(
        "<video><model type='vga'/></video><video><model type='virtio'/></video>" +
          "<interface type='user'><model type='e1000'/></interface><interface type='user'><model type='e1000'/></interface>" +
          "<interface type='user'><model type='virtio'/><rom enabled='no'/></interface>" +
          "<interface type='user'><model type='rtl8139'/><rom file='/own.rom'/></interface>" +
          "<interface type='user'><model type='e1000e'/><rom bar='off'/></interface>" +
          "<interface type='hostdev'><model type='vmxnet3'/></interface>",
      ).roms,
    ).toEqual(['vgabios-stdvga.bin', 'efi-e1000.rom']);
  });

  it('has only fixed ports of graphics', () => {
    expect(
      devices(
        "<graphics type='vnc' port='5900' autoport='yes'/><graphics type='vnc' port='5907' listen='10.0.0.1'/>",
      ).graphics,
    ).toEqual([
      { type: 'vnc', listens: [] },
      { type: 'vnc', listens: [{ type: 'address', address: '10.0.0.1' }], port: 5907 },
    ]);
  });
});

describe('resources of a definition', () => {
  it('has numbers of CPUs in the notation of libvirt', () => {
    expect(parseCpuSet('0-3,^2,8')).toEqual([0, 1, 3, 8]);
    expect(parseCpuSet(undefined)).toEqual([]);
    expect(parseCpuSet('x,1-,-2,99999999999')).toEqual([]);
  });

  it('has names of owners, but no numeric IDs', () => {
    const label = (attributes: string, text: string): string =>
      `<seclabel model='dac' ${attributes}><label>${text}</label></seclabel>`;
    expect(
      resources(
        label("type='static'", 'vm:+107') +
          label("type='dynamic'", 'qemu:qemu') +
          `<devices><disk><source file='/a'>${label("relabel='yes'", 'me:us')}</source></disk>` +
          `<serial><source path='/b'>${label("relabel='no'", 'you:you')}</source></serial></devices>`,
      ).owners,
    ).toEqual([
      { kind: 'user', name: 'vm', of: 'process' },
      { kind: 'user', name: 'me', of: 'file' },
      { kind: 'group', name: 'us', of: 'file' },
    ]);
  });

  it('has paths in arguments of QEMU, but no socket that QEMU creates', () => {
    const values = [
      '/a',
      'file=/b,,c,x=1',
      '{&quot;path&quot;:&quot;/d&quot;}',
      'socket,path=/e,server=on,wait=off',
      'x',
    ];
    expect(
      resources(
        `<qemu:commandline>${values.map((value) => `<qemu:arg value='${value}'/>`).join('')}</qemu:commandline>`,
      ).argumentPaths,
    ).toEqual(['/a', '/b,c', '/d']);
  });

  it('has CPUs, pages, firmware, labels and TSC', () => {
    expect(
      resources(
        "<vcpu cpuset='1' current='2'>4</vcpu><cputune><emulatorpin cpuset='6'/></cputune>" +
          "<numatune><memory mode='preferred' nodeset='3'/><memnode cellid='0' mode='strict' nodeset='0-1'/></numatune>" +
          "<devices><memory model='dimm'><source><nodemask>1,4</nodemask></source></memory></devices>" +
          "<memoryBacking><hugepages><page size='2' unit='M'/></hugepages></memoryBacking>" +
          "<os><loader secure='yes'>/code</loader><nvram template='/t'/></os><seclabel type='static' model='selinux'/>" +
          "<clock><timer name='tsc' frequency='1000'/></clock>",
      ),
    ).toEqual({
      vcpus: 4,
      onlineVcpus: 2,
      cpuPins: [[1], [6]],
      numaNodes: [0, 1, 3, 4],
      placedByNumad: false,
      hugepages: { sizeBytes: 2 ** 21 },
      firmware: { loader: '/code', secure: true, template: '/t' },
      paths: [],
      argumentPaths: [],
      securityLabels: [{ model: 'selinux', type: 'static' }],
      owners: [],
      tsc: { invariant: false, frequencyHz: 1000 },
    });
  });
});
