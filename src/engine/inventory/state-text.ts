// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from '../base/index.ts';

/** What `virsh domstate` calls a state (vshDomainStateToString of virsh 9.0). */
function stateWord(state: string): Message {
  switch (state) {
    case 'running':
      return msg('running');
    case 'idle':
      return msg('idle');
    case 'paused':
      return msg('paused');
    case 'in shutdown':
      return msg('shutting down');
    case 'shut off':
      return msg('shut off');
    case 'crashed':
      return msg('crashed');
    case 'pmsuspended':
      return msg('suspended');
    case 'no state':
      return msg('in no state that libvirt knows');
    default:
      return msg('$0', state);
  }
}

/** What it calls the reasons (vshDomainStateReasonToString), which are the same words for several states. */
function reasonWord(reason: string): Message {
  switch (reason) {
    case 'unknown':
      return msg('unknown reason');
    case 'booted':
      return msg('started');
    case 'migrated':
      return msg('migrated');
    case 'restored':
      return msg('restored');
    case 'from snapshot':
      return msg('from a snapshot');
    case 'unpaused':
      return msg('went on after a pause');
    case 'migration canceled':
      return msg('a migration was cancelled');
    case 'save canceled':
      return msg('saving it was cancelled');
    case 'event wakeup':
      return msg('woken up by an event');
    case 'post-copy':
      return msg('post-copy');
    case 'post-copy failed':
      return msg('post-copy failed');
    case 'user':
      return msg('by somebody');
    case 'migrating':
      return msg('for a migration');
    case 'saving':
      return msg('while it is being saved');
    case 'dumping':
      return msg('while its memory is being dumped');
    case 'I/O error':
      return msg('I/O error');
    case 'API error':
      return msg('an error of libvirt');
    case 'watchdog':
      return msg('by its watchdog');
    case 'shutting down':
      return msg('shutting down');
    case 'creating snapshot':
      return msg('for a snapshot');
    case 'starting up':
      return msg('starting up');
    case 'shutdown':
      return msg('shut down');
    case 'destroyed':
      return msg('forced off');
    case 'crashed':
    case 'panicked':
      return msg('crashed');
    case 'saved':
      return msg('saved');
    case 'failed':
      return msg('failed');
    case 'daemon':
      return msg('by libvirt');
    default:
      return msg('$0', reason);
  }
}

/** The line of `virsh domstate --reason`, for example `running (migrated)`; what is not known stays as libvirt says it. */
export function domainStateText(line: string): Message {
  const [, state, reason] = /^([^()]+) \(([^()]+)\)$/.exec(line) ?? [];
  return state === undefined || reason === undefined
    ? stateWord(line)
    : // TRANSLATORS: $0 is what a VM is doing, for example “running”, $1 the reason, for example “migrated”.
      msg('$0 ($1)', stateWord(state), reasonWord(reason));
}
