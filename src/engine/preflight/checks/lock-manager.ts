// SPDX-License-Identifier: LGPL-2.1-or-later

import { confText } from '../../../libvirt/vir-conf.ts';
import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable, required } from '../fact.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact, sourceShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { restartLibvirt } from '../judging/libvirt-daemon.ts';

const showSettings: Remedy = {
  text: msg('Show the lock settings of the destination.'),
  command: 'grep -E "^(lock_manager|stdio_handler)" /etc/libvirt/qemu.conf',
  host: 'destination',
};

/** libvirt's name for no lock manager. */
const noManager = 'nop';

/**
 * The lock manager whose state is sent with the VM (VIR_LOCK_MANAGER_USES_STATE), so that libvirt requires it on the other host.
 * lockd has no such state: libvirt 9.0 migrates between a host with it and one without, in both directions.
 */
const withState = 'sanlock';

function setManager(manager: string): Remedy {
  const drop = "sed -i '/^ *lock_manager *=/d' /etc/libvirt/qemu.conf";
  const set = `${shellCommand('echo', `lock_manager = "${manager}"`)} >> /etc/libvirt/qemu.conf`;
  return {
    text:
      manager === noManager
        ? msg('Remove lock_manager from qemu.conf on the destination, and restart libvirt there.')
        : msg('Set lock_manager to $0 in qemu.conf on the destination, and restart libvirt there.', manager),
    command: [drop, ...(manager === noManager ? [] : [set]), restartLibvirt].join('; '),
    host: 'destination',
  };
}

function managerOf({ settings, settingsReadable }: HostReading): string {
  if (!settingsReadable)
    throw new FactUnavailable({
      why: msg('Not checked: qemu.conf could not be read.'),
      remedies: [showSettings],
    });
  return confText(settings, 'lock_manager') ?? noManager;
}

/** A daemon that libvirt on the destination needs to start a VM. With socket activation, systemd listens for it. */
function missingDaemon({ listeners, settings }: HostReading): { name: string; found: Message } | undefined {
  const wanted = [
    ...(confText(settings, 'lock_manager') === 'lockd'
      ? [
          {
            name: 'virtlockd',
            found: msg('The destination does not run virtlockd, so it cannot lock disks and starts no VM.'),
          },
        ]
      : []),
    ...(confText(settings, 'stdio_handler') === 'file'
      ? []
      : [
          {
            name: 'virtlogd',
            found: msg('The destination does not run virtlogd, so it cannot write logs and starts no VM.'),
          },
        ]),
  ];
  return wanted.find(({ name }) => listeners?.has(`/run/libvirt/${name}-sock`) === false);
}

/** Do both hosts lock disks in the same way? */
export const lockManagerCheck = defineCheck({
  id: 'lock-manager',
  title: msg('Disk locks'),
  group: 'storage',
  why: msg(
    'A lock manager (virtlockd, sanlock) keeps two hosts from using one disk, if both hosts have the same one. The leases of sanlock travel with the VM, so the destination needs sanlock too.',
  ),
  needs: {},
  wants: { source: sourceShellFact, shell: destinationShellFact },
  judge: ({ source, shell }): Judgement => {
    const here = managerOf(required(source, [showSettings]));
    const there = managerOf(required(shell, [showSettings]));
    const daemon = missingDaemon(required(shell));
    if (daemon !== undefined)
      return {
        verdict: 'block',
        found: daemon.found,
        remedies: [
          {
            text: msg('Start $0 on the destination.', daemon.name),
            command: shellCommand('systemctl', 'enable', '--now', `${daemon.name}.socket`),
            host: 'destination',
          },
        ],
      };
    if (here !== there)
      return {
        verdict: here === withState || there === withState ? 'block' : 'warn',
        found: msg(
          'The lock managers differ: $0 on this host, $1 on the destination (nop: none).',
          here,
          there,
        ),
        remedies: [setManager(here)],
      };
    return {
      verdict: 'pass',
      found:
        here === noManager
          ? msg('Neither host has a lock manager.')
          : msg('Both hosts have the lock manager $0.', here),
    };
  },
});
