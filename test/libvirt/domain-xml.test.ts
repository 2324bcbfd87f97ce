// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DomainConfig, type DomainDisk, parseDomain } from '../../src/libvirt/domain-xml.ts';
import { serializeXml, XmlError } from '../../src/libvirt/xml.ts';

const uuid = '6695eb01-f6a4-8304-79aa-97f2502e193f';

function domain(
  parts: { name?: string; memory?: string; inner?: string; devices?: string } = {},
): DomainConfig {
  const { name = '<name>web</name>', memory = "<memory unit='KiB'>131072</memory>" } = parts;
  return parseDomain(
    `<domain type='qemu'>${name}<uuid>${uuid}</uuid>${memory}${parts.inner ?? ''}` +
      `<os><type arch='x86_64' machine='pc-q35-7.2'>hvm</type></os><devices>${parts.devices ?? ''}</devices></domain>`,
  );
}

function disk(xml: string): DomainDisk {
  const [only] = domain({ devices: xml }).disks;
  if (only === undefined) throw new Error('No disk');
  return only;
}

describe("a VM's definition", () => {
  it('is read', () => {
    expect(
      domain({
        inner: `<currentMemory unit='MiB'>64</currentMemory><cpu mode='custom' match='exact'><model fallback='forbid'>Nehalem</model></cpu>`,
        devices: '<emulator>/usr/bin/qemu-system-x86_64</emulator>',
      }),
    ).toEqual({
      name: 'web',
      uuid,
      type: 'qemu',
      memoryBytes: 128 * 2 ** 20,
      currentMemoryBytes: 64 * 2 ** 20,
      os: { arch: 'x86_64', machine: 'pc-q35-7.2' },
      emulator: '/usr/bin/qemu-system-x86_64',
      cpuXml: `<cpu mode='custom' match='exact'><model fallback='forbid'>Nehalem</model></cpu>`,
      cpu: { mode: 'custom', model: 'Nehalem' },
      disks: [],
      mirrors: [],
      metadataNamespaces: [],
      // Their own tests: domain-devices.test.ts, domain-resources.test.ts.
      devices: expect.any(Object) as unknown,
      resources: expect.any(Object) as unknown,
    });
  });

  it('keeps any name unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
        const element = serializeXml({
          kind: 'element',
          name: 'name',
          attributes: {},
          children: [{ kind: 'text', text: name }],
        });
        expect(domain({ name: element }).name).toBe(name);
      }),
    );
    expect(domain({ name: '<name> a b </name>' }).name).toBe(' a b ');
    expect(domain({ name: `<name>$(x) &lt;b&gt; 'q' "q" 漢字</name>` }).name).toBe(`$(x) <b> 'q' "q" 漢字`);
  });

  it('knows what a CPU is without a mode, and that there may be none', () => {
    expect(domain().cpu).toEqual({ mode: 'none' });
    expect(domain({ inner: '<cpu><model>Nehalem</model></cpu>' }).cpu).toEqual({
      mode: 'custom',
      model: 'Nehalem',
    });
    expect(domain({ inner: "<cpu mode='host-passthrough'/>" }).cpu).toEqual({ mode: 'host-passthrough' });
  });

  it('reads sizes in the units of libvirt', () => {
    const bytes = (memory: string): number => domain({ memory }).memoryBytes;
    expect(bytes('<memory>5</memory>')).toBe(5120);
    expect(bytes("<memory unit='b'>5</memory>")).toBe(5);
    expect(bytes("<memory unit='KB'>5</memory>")).toBe(5000);
    expect(bytes("<memory unit='G'> 5 </memory>")).toBe(5 * 2 ** 30);
  });

  it('is refused without the required elements', () => {
    const refused = [
      { name: '' },
      { name: '<name></name>' },
      { memory: '<memory></memory>' },
      { memory: '<memory>much</memory>' },
      { memory: '' },
      // Parsed as a number, this is Infinity.
      { memory: `<memory>${'9'.repeat(400)}</memory>` },
      { memory: "<memory unit='TiB'>99999999999</memory>" },
      { memory: '<memory>-1</memory>' },
      { memory: '<memory>Infinity</memory>' },
      { memory: "<memory unit='constructor'>5</memory>" },
      { memory: "<memory unit='furlongs'>5</memory>" },
    ];
    for (const each of refused) expect(() => domain(each), JSON.stringify(each)).toThrow(XmlError);
    expect(() => parseDomain('<network><name>a</name></network>')).toThrow(XmlError);
    expect(() => parseDomain(`<domain><name>a</name><memory>1</memory></domain>`)).toThrow(/uuid/);
    expect(() => parseDomain('error: failed to get domain')).toThrow(XmlError);
  });

  it('throws only its own error for a damaged one', () => {
    const whole = `<domain type='qemu'><name>web</name><uuid>${uuid}</uuid><memory unit='KiB'>1</memory><devices>
      <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='/a'/><target dev='vda'/></disk></devices></domain>`;
    const words = fc.constantFrom(
      '',
      '<',
      "'",
      '0',
      'disk',
      '</devices>',
      '<source/>',
      "<source file='/b'/>",
      '&amp;',
    );
    const place = fc.nat({ max: whole.length });
    fc.assert(
      fc.property(place, place, words, (one, two, word) => {
        try {
          parseDomain(whole.slice(0, Math.min(one, two)) + word + whole.slice(Math.max(one, two)));
        } catch (error) {
          if (!(error instanceof XmlError)) throw error;
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a disk', () => {
  it('is read with its backing images', () => {
    expect(
      disk(`<disk type='file' device='disk'>
        <driver name='qemu' type='qcow2' cache='none'/>
        <source file='/srv/a &amp; b.qcow2' startupPolicy='optional' index='2'/>
        <backingStore type='file' index='3'><format type='qcow2'/><source file='/srv/base.qcow2'/>
          <backingStore type='block' index='4'><format type='raw'/><source dev='/dev/vg/lv'/>
            <backingStore type='network' index='5'><format type='raw'/><source protocol='nbd' name='x'><host name='mon' port='10809'/></source><backingStore/></backingStore></backingStore>
        </backingStore>
        <target dev='vda' bus='virtio'/><shareable/><transient/></disk>`),
    ).toEqual({
      target: 'vda',
      device: 'disk',
      type: 'file',
      source: { path: '/srv/a & b.qcow2' },
      format: 'qcow2',
      cache: 'none',
      readOnly: false,
      shareable: true,
      transient: true,
      encrypted: false,
      startupPolicy: 'optional',
      secrets: [],
      backingChain: ['/srv/base.qcow2', '/dev/vg/lv'],
      backingNetwork: [{ protocol: 'nbd', name: 'x', hosts: ['mon'] }],
    });
  });

  const sources: readonly (readonly [string, string, object | undefined])[] = [
    ['block', "<source dev='/dev/vg/lv'/>", { path: '/dev/vg/lv' }],
    ['dir', "<source dir='/srv/tree'/>", { path: '/srv/tree' }],
    [
      'network',
      "<source protocol='rbd' name='pool/web'><host name='mon'/><host transport='unix' socket='/run/s'/></source>",
      { protocol: 'rbd', name: 'pool/web', hosts: ['mon', '/run/s'] },
    ],
    ['volume', "<source pool='default' volume='web.qcow2'/>", { pool: 'default', volume: 'web.qcow2' }],
    ['vhostuser', "<source type='unix' path='/run/blk.sock'/>", { path: '/run/blk.sock' }],
    // A device of this host. It has a medium although it has neither path nor name.
    [
      'nvme',
      "<source type='pci' managed='yes' namespace='1'><address domain='0x0000' bus='0x01' slot='0x00' function='0x0'/></source>",
      {},
    ],
    ['file', '', undefined],
    ['file', "<source startupPolicy='optional'/>", undefined],
    ['block', '<source/>', undefined],
  ];
  for (const [type, source, expected] of sources)
    it(`of type ${type} has its source from ${source === '' ? 'nothing' : source.slice(0, 40)}`, () => {
      expect(disk(`<disk type='${type}' device='cdrom'>${source}<target dev='sda'/></disk>`).source).toEqual(
        expected,
      );
    });

  it('is read-only where it says so, and always on a CD-ROM drive', () => {
    expect(disk("<disk type='file' device='cdrom'><target dev='sda'/></disk>").readOnly).toBe(true);
    expect(disk("<disk type='file' device='disk'><target dev='sda'/><readonly/></disk>").readOnly).toBe(true);
    expect(disk("<disk type='file'><target dev='fda'/></disk>")).toMatchObject({
      device: 'disk',
      readOnly: false,
    });
  });

  it('with an unfinished mirror counts only its present image', () => {
    const running = disk(
      "<disk type='file'><source file='/a'/><mirror type='file' job='copy'><source file='/b'/></mirror><target dev='vda'/></disk>",
    );
    expect(running.source).toEqual({ path: '/a' });
  });
});
