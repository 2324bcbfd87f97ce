// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg, type Remedy, shellCommand, type VmIdentity } from '../base/index.ts';
import { hostOf } from '../destination/index.ts';
import { domainStateText, type PausedReason } from '../inventory/index.ts';
import { stateLine } from './reported-state.ts';
import { type CopyState, type Unanswered, unansweredHosts, type VmWhereabouts } from './whereabouts.ts';

/** The VM and the destination of the migration. */
export interface HostsOfMigration {
  readonly vm: VmIdentity;
  readonly destination?: string;
}

function hostWord({ destination }: HostsOfMigration, host: Unanswered['host']): Message {
  if (host === 'source') return msg('this host');
  return destination === undefined ? msg('the destination') : msg('$0', hostOf(destination));
}

/** Where the VM is. The first sentence says it; the others say why, and which host did not answer. */
export function whereaboutsText(where: VmWhereabouts, hosts: HostsOfMigration): readonly Message[] {
  return [...statement(where, hosts), ...unansweredHosts(where).map((each) => silence(each, hosts))];
}

function statement(where: VmWhereabouts, hosts: HostsOfMigration): readonly Message[] {
  const { name } = hosts.vm;
  switch (where.kind) {
    case 'runs-here':
      return [msg('$0 runs on this host.', name)];
    case 'runs-there':
      return [msg('$0 runs on $1.', name, hostWord(hosts, 'destination'))];
    case 'paused-here':
      return [
        msg('$0 is on this host: $1.', name, pausedText(where.reason)),
        ...(where.unanswered === undefined
          ? []
          : [msg('Resume the VM only once it is known not to run on $0.', hostWord(hosts, 'destination'))]),
      ];
    case 'paused-there':
      return [msg('$0 is on $1: $2.', name, hostWord(hosts, 'destination'), pausedText(where.reason))];
    case 'both':
      return bothText(where, hosts);
    case 'nowhere':
      return [
        msg('$0 runs on neither host.', name),
        deathText(where.reason),
        ...(where.host === undefined || where.reason === 'post-copy-lost'
          ? []
          : [
              msg(
                'Reason that libvirt gives on $0: $1',
                hostWord(hosts, where.host),
                domainStateText(stateLine({ kind: 'off', reason: where.reason }) ?? ''),
              ),
            ]),
      ];
    case 'unknown':
      return [
        msg('Not known where $0 is.', name),
        ...(['source', 'destination'] as const).flatMap((host) => {
          const state = where.states[host];
          const line = stateLine(state);
          if (line !== undefined)
            return [msg('State on $0: $1', hostWord(hosts, host), domainStateText(line))];
          return state.kind === 'absent' ? [msg('State on $0: $1', hostWord(hosts, host), msg('gone'))] : [];
        }),
      ];
  }
}

function pausedText(reason: PausedReason | 'suspended'): Message {
  return domainStateText(
    (reason === 'suspended' ? stateLine({ kind: 'suspended' }) : stateLine({ kind: 'paused', reason })) ?? '',
  );
}

function copyText(state: CopyState): Message {
  return state === 'running'
    ? msg('running')
    : state === 'paused'
      ? msg('paused')
      : msg('paused in mid-migration');
}

function bothText(
  { here, there }: Extract<VmWhereabouts, { kind: 'both' }>,
  hosts: HostsOfMigration,
): readonly Message[] {
  const host = hostWord(hosts, 'destination');
  const first = msg(
    '$0 is on both hosts. This host: $1. $2: $3.',
    hosts.vm.name,
    copyText(here),
    host,
    copyText(there),
  );
  if (here === 'part')
    return [first, msg('Each host has a part of the memory: do not resume or force off either one.')];
  return [
    first,
    here === 'running' && there === 'running'
      ? msg(
          'Both write to the same disks. Keep the one with the data that you need, and force off the other at once.',
        )
      : msg('Keep the one that runs or has the newer data. Do not resume the other, and force it off.'),
  ];
}

function deathText(reason: Extract<VmWhereabouts, { kind: 'nowhere' }>['reason']): Message {
  switch (reason) {
    case 'shutdown':
      return msg('The guest shut down, or QEMU was told to end.');
    case 'destroyed':
      return msg('An administrator or a program forced the VM off.');
    case 'crashed':
      return msg('QEMU ended unexpectedly, or the guest crashed.');
    case 'saved':
      return msg('The memory of the VM was saved to a file.');
    case 'failed':
      return msg('QEMU failed.');
    case 'from-snapshot':
      return msg('The VM was set back to a snapshot.');
    case 'daemon':
      return msg('The libvirt daemon ended the VM.');
    case 'post-copy-lost':
      return msg('Post-copy broke off: the memory is lost with the copy on the destination.');
    case 'migrated':
    case 'unknown':
      return msg('Neither host gives a reason.');
  }
}

function silence({ host, error }: Unanswered, hosts: HostsOfMigration): Message {
  if (error === undefined)
    return msg(
      'Destination not asked: libvirt does not say where a migration goes that someone else started.',
    );
  return host === 'source'
    ? msg('This host did not answer: $0', error)
    : msg('$0 did not answer: $1', hostWord(hosts, host), error);
}

/** What to do if the VM does not run on exactly one host. If it is paused here, the first remedy has an action. */
export function whereaboutsRemedies(where: VmWhereabouts, hosts: HostsOfMigration): readonly Remedy[] {
  const { vm, destination } = hosts;
  const here = (...argv: readonly string[]): string =>
    shellCommand('virsh', '-c', `qemu:///${vm.connection}`, ...argv, vm.uuid);
  const there = (...argv: readonly string[]): string | undefined =>
    destination === undefined ? undefined : shellCommand('virsh', '-c', destination, ...argv, vm.uuid);
  const atDestination = (text: Message, ...argv: readonly string[]): readonly Remedy[] => {
    const command = there(...argv);
    return command === undefined ? [] : [{ text, command, host: 'source' }];
  };
  switch (where.kind) {
    case 'paused-here':
      return where.unanswered === undefined && where.reason !== 'suspended'
        ? [
            {
              text: msg('Resume the VM on this host.'),
              command: here('resume'),
              host: 'source',
              action: { kind: 'resume-vm' },
            },
          ]
        : [];
    case 'paused-there':
      return where.unanswered === undefined && where.reason !== 'suspended'
        ? atDestination(msg('Resume the VM on the destination.'), 'resume')
        : [];
    case 'both':
      return where.here === 'part'
        ? []
        : [
            ...(where.here === 'running' && where.there === 'paused'
              ? []
              : [
                  {
                    text: msg('Force off the VM on this host.'),
                    command: here('destroy'),
                    host: 'source' as const,
                  },
                ]),
            ...(where.there === 'running' && where.here === 'paused'
              ? []
              : atDestination(msg('Force off the VM on the destination.'), 'destroy')),
          ];
    case 'unknown':
      return where.unanswered.some(({ host, error }) => host === 'destination' && error !== undefined)
        ? atDestination(msg('Ask the destination again.'), 'domstate', '--reason')
        : [];
    case 'runs-here':
    case 'runs-there':
    case 'nowhere':
      return [];
  }
}
