// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable, required } from '../fact.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';

const setTheSame: Remedy = {
  text: msg('Set the same lock manager on both hosts, and restart libvirt.'),
  command: 'grep lock_manager /etc/libvirt/qemu.conf',
  host: 'destination',
};

const byHand: Remedy = {
  text: msg('Compare the settings of both hosts by hand.'),
  command: 'grep -E "^(lock_manager|stdio_handler)" /etc/libvirt/qemu.conf',
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

/** The helper of libvirt there without which it starts no VM; systemd listens for one that has not been started yet. */
function missingHelper({ listeners, settings }: HostReading): { name: string; what: Message } | undefined {
  const wanted = [
    ...(settings.get('lock_manager') === 'lockd'
      ? [
          {
            name: 'virtlockd',
            what: msg('libvirt of the destination locks disks with virtlockd, which does not run there.'),
          },
        ]
      : []),
    ...(settings.get('stdio_handler') === 'file'
      ? []
      : [
          {
            name: 'virtlogd',
            what: msg(
              'libvirt of the destination writes the logs of VMs with virtlogd, which does not run there.',
            ),
          },
        ]),
  ];
  return wanted.find(({ name }) => listeners?.has(`/run/libvirt/${name}-sock`) === false);
}

/** Do both hosts guard disks in the same way? */
export const lockManagerCheck = defineCheck({
  id: 'lock-manager',
  title: msg('Locks on disks'),
  group: 'storage',
  why: msg(
    'A lock manager (virtlockd, sanlock) keeps a disk from being opened twice, but only by hosts that have the same one. The leases of sanlock go along, so libvirt refuses if the other host does not know them.',
  ),
  needs: {},
  wants: { source: sourceShellFact, shell: destinationShellFact },
  judge: ({ source, shell }): Judgement => {
    const [here, there] = [managerOf(required(source, [byHand])), managerOf(required(shell, [byHand]))];
    const helper = missingHelper(required(shell));
    if (helper !== undefined)
      return {
        verdict: 'block',
        found: helper.what,
        remedies: [
          {
            text: msg('Start it there. Where systemd starts it when it is needed, start its socket.'),
            command: shellCommand('systemctl', 'enable', '--now', `${helper.name}.socket`),
            host: 'destination',
          },
        ],
      };
    if (here !== there)
      return {
        verdict: here === withState || there === withState ? 'block' : 'warn',
        found: msg('This host has the lock manager $0, the destination $1.', here, there),
        remedies: [setTheSame],
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
