// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineCheck } from '../check.ts';
import { FactUnavailable, required } from '../fact.ts';
import type { HostReading } from '../facts/host-reading.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement, Remedy } from '../finding.ts';
import { msg } from '../message.ts';

const byHand: Remedy = {
  text: msg('Set the same lock manager on both hosts, and restart libvirt.'),
  command: 'grep lock_manager /etc/libvirt/qemu.conf',
  host: 'destination',
};

/**
 * The one whose state goes along with the VM (VIR_LOCK_MANAGER_USES_STATE), which libvirt then asks of the other side. lockd
 * has none: libvirt 9.0 migrates between a host with it and one without, both ways.
 */
const withState = 'sanlock';

/** libvirt's own name for none is nop. */
function managerOf({ settings, settingsReadable }: HostReading): string {
  if (!settingsReadable)
    throw new FactUnavailable({
      why: msg('The configuration of libvirt could not be read.'),
      remedies: [byHand],
    });
  return settings.get('lock_manager') ?? 'nop';
}

/** Do both hosts guard disks in the same way? */
export const lockManagerCheck = defineCheck({
  id: 'lock-manager',
  title: msg('Locks on disks'),
  why: msg(
    'A lock manager (virtlockd, sanlock) keeps a disk from being opened twice, but only by hosts that have the same one. The leases of sanlock go along, so libvirt refuses if the other host does not know them.',
  ),
  needs: {},
  wants: { source: sourceShellFact, shell: destinationShellFact },
  judge: ({ source, shell }): Judgement => {
    const [here, there] = [managerOf(required(source, [byHand])), managerOf(required(shell, [byHand]))];
    if (here !== there)
      return {
        verdict: here === withState || there === withState ? 'block' : 'warn',
        found: msg('This host has the lock manager $0, the destination $1.', here, there),
        remedies: [byHand],
      };
    return {
      verdict: 'pass',
      found:
        here === 'nop'
          ? msg('Neither host has a lock manager.')
          : msg('Both hosts have the lock manager $0.', here),
    };
  },
});
