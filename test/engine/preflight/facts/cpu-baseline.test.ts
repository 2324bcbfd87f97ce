// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { plainText } from '../../../../src/engine/base/message.ts';
import { FactUnavailable } from '../../../../src/engine/preflight/fact.ts';
import {
  commonCpu,
  readHostModel,
  requireProvided,
} from '../../../../src/engine/preflight/facts/cpu-baseline.ts';
import { readComparison } from '../../../../src/engine/preflight/facts/cpu-comparison.ts';
import {
  compareCpu,
  computeBaseline,
  domCapabilitiesArgv,
} from '../../../../src/engine/preflight/facts/hypervisor-commands.ts';
import { baseline, identical, machine, superset } from '../../../properties/samples.ts';

const yes = (text: string): { ok: true; text: string } => ({ ok: true, text });
const no = (error: string): { ok: false; error: string } => ({ ok: false, error });

/** The sentence with which something is unavailable. */
function why(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof FactUnavailable) return plainText(error.unavailability.why);
    throw error;
  }
  return 'available';
}

describe('the host-model of a host', () => {
  it('is taken as virsh needs it, and with its maker', () => {
    const model = readHostModel(yes(machine), 'kvm');
    expect(model?.vendor).toBe('AMD');
    expect(model?.xml).toBe(`<domainCapabilities>
  <cpu>
    <mode name='host-model' supported='yes'>
      <model fallback='forbid'>EPYC</model>
      <vendor>AMD</vendor>
      <feature policy='require' name='pku'/>
      <feature policy='disable' name='vme'/>
    </mode>
  </cpu>
</domainCapabilities>`);
  });

  it('is none of another kind of virtualization, nor where there is none', () => {
    expect(readHostModel(yes(machine), 'qemu')).toBeUndefined();
    expect(
      readHostModel(
        yes(machine.replace("'host-model' supported='yes'", "'host-model' supported='no'")),
        'kvm',
      ),
    ).toBeUndefined();
    expect(readHostModel(yes('<domainCapabilities><domain>kvm</domain></domainCapabilities>'), 'kvm')).toBe(
      undefined,
    );
    expect(readHostModel(yes('<cpu>'), 'qemu')).toBeUndefined();
    expect(readHostModel(no('no such emulator'), 'qemu')).toBeUndefined();
  });
});

describe('the CPU of both hosts', () => {
  it('keeps how the VM lays its CPUs out', () => {
    const own =
      "<cpu mode='custom'><model>Skylake-Server</model><topology sockets='1' dies='1' cores='2' threads='1'/><cache mode='passthrough'/>" +
      "<numa><cell id='0' cpus='0-1' memory='65536' unit='KiB'/></numa><feature policy='require' name='avx512f'/></cpu>";
    expect(commonCpu(yes(baseline), own)).toBe(`<cpu mode='custom' match='exact'>
  <model fallback='forbid'>EPYC</model>
  <vendor>AMD</vendor>
  <feature policy='require' name='3dnowext'/>
  <feature policy='disable' name='vme'/>
  <topology sockets='1' dies='1' cores='2' threads='1'/>
  <numa>
    <cell id='0' cpus='0-1' memory='65536' unit='KiB'/>
  </numa>
</cpu>`);
    expect(commonCpu(yes(baseline), undefined)).not.toContain('topology');
  });

  it('is none where libvirt cannot compute it, in its words', () => {
    const error =
      'this function is not supported by the connection driver: computing baseline hypervisor CPU is not supported for arch aarch64';
    expect(why(() => commonCpu(no(`${error}\n`), undefined))).toBe(
      `The libvirt daemon of this host could not compute one: ${error}`,
    );
    for (const text of [
      '',
      'fine',
      '<cpu/>',
      "<cpu mode='custom'/>",
      "<cpu mode='host-model'><model/></cpu>",
    ]) {
      expect(why(() => commonCpu(yes(text), undefined))).toMatch(
        /^The libvirt daemon of this host could not compute/,
      );
    }
  });

  it('is offered only if both hosts say that they provide it', () => {
    const incompatible = readComparison(
      no('the CPU is incompatible with host CPU: Host CPU does not provide required features: pku'),
    );
    const good = [readComparison(yes(identical)), readComparison(yes(superset))] as const;
    expect(
      why(() => {
        requireProvided(good[0], good[1]);
      }),
    ).toBe('available');
    expect(
      why(() => {
        requireProvided(incompatible, good[0]);
      }),
    ).toMatch(/not available on this host: .*pku$/);
    expect(
      why(() => {
        requireProvided(good[1], incompatible);
      }),
    ).toMatch(/not available on the destination: .*pku$/);
    expect(
      why(() => {
        requireProvided(good[1], readComparison(no('')));
      }),
    ).toMatch(/not available on the destination/);
    expect(
      why(() => {
        requireProvided({ kind: 'default-cpu' }, good[0]);
      }),
    ).toMatch(/not available on this host/);
  });
});

describe('what virsh is asked', () => {
  const os = { arch: 'x86_64', machine: 'pc-q35-7.2' };
  const which = ['--arch', 'x86_64', '--machine', 'pc-q35-7.2'];
  it('is about the VM’s own machine', () => {
    expect(domCapabilitiesArgv({ type: 'kvm', os })).toEqual(['domcapabilities', ...which]);
    expect(domCapabilitiesArgv({ type: 'qemu', os, emulator: '/q' })).toEqual([
      ...['domcapabilities', '--virttype', 'qemu', ...which, '--emulatorbin', '/q'],
    ]);
    expect(compareCpu({ type: 'kvm', os, emulator: '/q' })).toEqual([
      ...[
        'hypervisor-cpu-compare',
        '/dev/stdin',
        '--virttype',
        'kvm',
        ...which,
        '--emulator',
        '/q',
        '--error',
      ],
    ]);
    expect(computeBaseline({ type: 'kvm', os })).toEqual([
      ...['hypervisor-cpu-baseline', '/dev/stdin', '--virttype', 'kvm', ...which, '--migratable'],
    ]);
  });
});
