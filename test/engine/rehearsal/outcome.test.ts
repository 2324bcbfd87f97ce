// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { msg, plainText } from '../../../src/engine/base/message.ts';
import { isStandInName } from '../../../src/engine/base/stand-in-name.ts';
import { refusalOf } from '../../../src/engine/rehearsal/failure.ts';
import { rehearsalFinding } from '../../../src/engine/rehearsal/finding.ts';
import { reasonInLog } from '../../../src/engine/rehearsal/log-reason.ts';
import type { Outcome, Rehearsal } from '../../../src/engine/rehearsal/result.ts';
import { parseInspection } from '../../../src/engine/rehearsal/stand-in-host.ts';
import { newStandIn, standInOf } from '../../../src/engine/rehearsal/stand-in-name.ts';
import { LibvirtError } from '../../../src/libvirt/errors.ts';

const ended = new LibvirtError('tunnel-ended', 'End of file while reading data: : Input/output error');

function rehearsalWith(outcome: Outcome, change: Partial<Rehearsal> = {}): Rehearsal {
  return { outcome, remains: [], hasShell: true, ...change };
}

/** Messages of libvirt and QEMU on Debian 14 for a stand-in from Debian 13. */
const log14 = `2026-11-28 03:10:47.003+0000: starting up libvirt version: 12.0.0, package: 1, qemu version: 11.1.0, hostname: b
LC_ALL=C \\
/usr/bin/qemu-system-x86_64 \\
-msg timestamp=on
2026-11-28 03:10:47.325+0000: Domain id=2 is tainted: deprecated-config (machine type 'pc-q35-7.2')
2026-11-28T03:10:47.558028Z qemu-system-x86_64: warning: Machine type 'pc-q35-7.2' is deprecated
Failed to open /dev/null for OFD lock probing: Operation not permitted
2026-11-28T03:10:48.341400Z qemu-system-x86_64: VQ 0 vring.num 1024 exceeds allocated max 256
2026-11-28 03:10:48.352+0000: shutting down, reason=failed
2026-11-28T03:10:48.353544Z qemu-system-x86_64: terminating on signal 15 from pid 197 (/usr/sbin/libvirtd)
`;

describe("QEMU's log", () => {
  it.each([
    ['a virtio queue', log14, 'VQ 0 vring.num 1024 exceeds allocated max 256'],
    [
      'what came first of several lines',
      '2026-11-28T03:10:48.1Z qemu-system-x86_64: get_pci_config_device: Bad config data: i=0x9a\n2026-11-28T03:10:48.2Z qemu-system-x86_64: Failed to load PCIDevice:config\n2026-11-28T03:10:48.3Z qemu-system-x86_64: load of migration failed: Invalid argument',
      'get_pci_config_device: Bad config data: i=0x9a',
    ],
    [
      'only that it failed',
      '2026-11-28T03:10:48.3Z /usr/libexec/qemu-kvm: load of migration failed: Invalid argument',
      'load of migration failed: Invalid argument',
    ],
    ['nothing', '2026-11-28 03:10:48.352+0000: shutting down, reason=failed', undefined],
    ['no log', '', undefined],
  ])('gives the reason: %s', (_, log, reason) => {
    expect(reasonInLog(log)).toBe(reason);
  });
});

describe('the finding of a rehearsal', () => {
  it('passes when the stand-in arrived, and says what it lacked', () => {
    const finding = rehearsalFinding(
      rehearsalWith({
        kind: 'arrived',
        milliseconds: 640,
        leftOut: [{ kind: 'disk-content', names: ['vda'] }],
      }),
    );
    expect(finding).toMatchObject({ check: 'rehearsal', verdict: 'pass' });
    expect(finding === undefined ? '' : plainText(finding.found)).toBe(
      'A stand-in of the VM arrived in 640 ms.',
    );
    expect(finding?.details?.map((each) => plainText(each))).toContain('Without the content of disks: vda.');
  });

  it('blocks when it was refused, with the texts of QEMU and libvirt', () => {
    const outcome = {
      kind: 'refused',
      error: ended,
      reason: 'VQ 0 vring.num 1024 exceeds',
      leftOut: [],
    } as const;
    const finding = rehearsalFinding(rehearsalWith(outcome));
    expect(finding).toMatchObject({
      verdict: 'block',
      original: 'VQ 0 vring.num 1024 exceeds\nEnd of file while reading data: : Input/output error',
      override: {},
    });
    expect(plainText(refusalOf(outcome).summary)).toBe(
      'QEMU on the destination refuses the state of a virtio device.',
    );
  });

  it.each([
    ['Length mismatch: pc.rom: 0x20000 in != 0x40000', /memory or firmware differently/],
    ['get_pci_config_device: Bad config data: i=0x9a', /the state of a device/],
    ['-device pvpanic: no such thing', /gave up/],
    [undefined, /closed before libvirt gave a reason/],
  ])('knows words of QEMU: %s', (reason, summary) => {
    const outcome = {
      kind: 'refused',
      error: ended,
      leftOut: [],
      ...(reason === undefined ? {} : { reason }),
    } as const;
    expect(plainText(refusalOf(outcome).summary)).toMatch(summary);
  });

  it('never passes what was not tried', () => {
    const hooks = {
      kind: 'hooks',
      source: ['/etc/libvirt/hooks/qemu'],
      destination: ['/etc/libvirt/hooks/qemu'],
    } as const;
    const left = rehearsalFinding(rehearsalWith(hooks));
    expect(left?.verdict).toBe('not-applicable');
    expect(left === undefined ? '' : plainText(left.found)).toMatch(
      /stand-in: \/etc\/libvirt\/hooks\/qemu\.$/,
    );
    const unknown = rehearsalFinding(rehearsalWith({ kind: 'unknown', why: msg('no') }));
    expect(unknown?.verdict).toBe('unknown');
    expect(rehearsalFinding(rehearsalWith({ kind: 'cancelled' }))).toBeUndefined();
  });

  it('says what could not be removed, and what could not be seen', () => {
    const finding = rehearsalFinding(
      rehearsalWith(
        { kind: 'arrived', milliseconds: 1, leftOut: [] },
        { hasShell: false, remains: [{ host: 'destination', what: '/var/log/x.log' }] },
      ),
    );
    const details = finding?.details?.map((each) => plainText(each)).join(' ');
    expect(details).toMatch(/Not removed from the destination: \/var\/log\/x\.log/);
    expect(details).toMatch(/Without a shell/);
  });
});

describe('names of stand-ins', () => {
  const vm = { connection: 'system', name: 'web', uuid: '8c2a5e0e-7f5a-4f0c-9d9a-1d2f3a4b5c6d' } as const;

  it('are new each time, or the same for one VM', () => {
    expect(newStandIn()).not.toEqual(newStandIn());
    expect(standInOf(vm)).toEqual(standInOf(vm));
    expect(standInOf(vm).name).toBe('cockpit-migrate-rehearsal-1d2f3a4b5c6d');
  });

  it('differ from those of VMs', () => {
    for (const { name, uuid } of [newStandIn(), standInOf(vm)]) {
      expect(isStandInName(name)).toBe(true);
      expect(uuid).toMatch(/^c0c7a17e-5a7d-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    }
    for (const name of ['web', 'cockpit-migrate-rehearsal-', 'cockpit-migrate-rehearsal-1d2f3a4b5c6d-2'])
      expect(isStandInName(name)).toBe(false);
  });
});

describe('the output of the shell', () => {
  it('has hooks, the shell itself, and whether it may remove logs', () => {
    expect(
      parseInspection(
        'owner 12 3456\nlogs\nhook /etc/libvirt/hooks/qemu\nhook /etc/libvirt/hooks/qemu.d/a b\n',
      ),
    ).toEqual({
      hooks: ['/etc/libvirt/hooks/qemu', '/etc/libvirt/hooks/qemu.d/a b'],
      mayRemoveLogs: true,
      process: { pid: 12, began: 3456 },
    });
    expect(parseInspection('')).toEqual({ hooks: [], mayRemoveLogs: false });
  });
});
