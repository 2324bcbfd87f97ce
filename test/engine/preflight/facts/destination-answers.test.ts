// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { parseBeginPhase } from '../../../../src/engine/preflight/facts/begin-phase.ts';
import {
  parseFreePages,
  parseMemoryStats,
} from '../../../../src/engine/preflight/facts/destination-memory.ts';
import {
  hasNetworkDevice,
  parseFilters,
} from '../../../../src/engine/preflight/facts/destination-networks.ts';
import { parseSecrets } from '../../../../src/engine/preflight/facts/destination-secrets.ts';
import { parseHost } from '../../../../src/engine/preflight/facts/hosts.ts';
import { compareVersions, parseVersions } from '../../../../src/engine/preflight/facts/versions.ts';
import { nearestName } from '../../../../src/engine/preflight/judging/nearest-name.ts';

const uuid = 'aaaaaaaa-0000-4000-8000-000000000001';

/** Each text as virsh 9.0 printed it. */
describe('answers of virsh', () => {
  it('versions', () => {
    const text =
      'Compiled against library: libvirt 9.0.0\nUsing library: libvirt 9.0.0\nUsing API: QEMU 9.0.0\nRunning hypervisor: QEMU 7.2.22\nRunning against daemon: 9.0.0\n';
    expect(parseVersions(text)).toEqual({ libvirt: '9.0.0', qemu: '7.2.22' });
    expect(parseVersions(text.replace(/Running hypervisor.*\n/, ''))).toBeUndefined();
    expect(compareVersions('7.2.22', '7.2.9')).toBeGreaterThan(0);
    expect(compareVersions('8.0', '8.0.0')).toBe(0);
  });

  it('memory', () => {
    const text =
      'total  :             24684092 KiB\nfree   :             22276700 KiB\nbuffers:               136520 KiB\ncached :               807512 KiB\n';
    expect(parseMemoryStats(text)).toEqual({
      totalBytes: 24684092 * 1024,
      freeBytes: (22276700 + 136520 + 807512) * 1024,
    });
    expect(parseMemoryStats('total: many')).toBeUndefined();
    expect([...parseFreePages('Node 0:\n4KiB: 2173770\n2048KiB: 3\n\nNode 1:\n2048KiB: 4\n')]).toEqual([
      [4096, 2173770],
      [2 ** 21, 7],
    ]);
  });

  it('network devices, by the name that libvirt gives them', () => {
    const devices = [
      'net_eth0_c2_c8_14_19_12_07',
      'net_br_0_1_c2_c8_14_19_12_07',
      'net_lo_00_00_00_00_00_00',
    ];
    expect(hasNetworkDevice(devices, 'eth0')).toBe(true);
    expect(hasNetworkDevice(devices, 'br-0.1')).toBe(true);
    expect(hasNetworkDevice(devices, 'br-0')).toBe(false);
    expect(hasNetworkDevice(devices, 'eth')).toBe(false);
  });

  it('filters and secrets', () => {
    expect(parseFilters(' 68c32963-84a6-4cfb-a167-610cd886152a   allow-arp\n\n')).toEqual(['allow-arp']);
    expect([...parseSecrets(' F52A81B2-424E-490C-823D-6BD4235BC572   ceph   client.Admin\n')]).toEqual([
      'f52a81b2-424e-490c-823d-6bd4235bc572',
      'client.admin',
    ]);
  });

  it('capabilities', () => {
    const host = parseHost(
      'beta\n',
      `<capabilities><host><uuid>${uuid}</uuid><cpu><model>EPYC</model><counter name='tsc' frequency='5' scaling='yes'/><feature name='ht'/></cpu>` +
        "<topology><cells num='1'><cell id='0'><cpus num='2'><cpu id='0'/><cpu id='1'/></cpus></cell></cells></topology>" +
        '<secmodel><model>selinux</model></secmodel><secmodel><model>dac</model></secmodel></host>' +
        "<guest><arch name='x86_64'><emulator>/q</emulator><machine maxCpus='255'>pc</machine><domain type='qemu'/><domain type='kvm'><emulator>/k</emulator></domain></arch></guest></capabilities>",
    );
    expect(host).toMatchObject({
      hostname: 'beta',
      cpuFeatures: ['ht'],
      securityModels: ['selinux', 'dac'],
      cpus: [0, 1],
      numaNodes: [0],
      tsc: { frequencyHz: 5, scaling: true },
    });
    expect(host.guests.get('x86_64')).toEqual({
      emulators: ['/q', '/k'],
      machines: ['pc'],
      virtualizationTypes: ['qemu', 'kvm'],
    });
    expect(() => parseHost('x', '<domain/>')).toThrow(/No answer from libvirt/);
  });

  it('a beginPhase: the objection to its definition alone allows', () => {
    const error = "XML error: expecting root element of 'domain', not 'begin-phase'";
    expect(parseBeginPhase({ ok: false, error })).toEqual({ kind: 'allowed' });
    const refusal = 'Requested operation is not valid: cannot migrate domain with 1 snapshots';
    expect(parseBeginPhase({ ok: false, error: refusal })).toEqual({ kind: 'refused', original: refusal });
    expect(() => parseBeginPhase({ ok: true, text: '' })).toThrow();
  });
});

describe('the most similar name', () => {
  it('is that with the fewest letters changed, or none', () => {
    expect(nearestName('br0', ['br1', 'virbr0', 'lo'])).toBe('br1');
    expect(nearestName('br0', ['docker0', 'lo'])).toBeUndefined();
    expect(nearestName('br0', [])).toBeUndefined();
  });
});
