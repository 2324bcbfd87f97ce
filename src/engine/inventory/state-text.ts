// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from '../base/index.ts';

/** What `virsh domstate` calls a state (vshDomainStateToString of virsh 9.0). */
const stateWords: Readonly<Partial<Record<string, Message>>> = {
  running: msg('running'),
  idle: msg('idle'),
  paused: msg('paused'),
  'in shutdown': msg('shutting down'),
  'shut off': msg('shut off'),
  crashed: msg('crashed'),
  pmsuspended: msg('suspended'),
  'no state': msg('without a state'),
};

/** What it calls the reasons (vshDomainStateReasonToString). Several states share the same words. */
const reasonWords: Readonly<Partial<Record<string, Message>>> = {
  unknown: msg('unknown reason'),
  booted: msg('started'),
  migrated: msg('migrated'),
  restored: msg('restored'),
  'from snapshot': msg('from a snapshot'),
  unpaused: msg('resumed'),
  'migration canceled': msg('a migration was cancelled'),
  'save canceled': msg('saving was cancelled'),
  'event wakeup': msg('woken up by an event'),
  'post-copy': msg('post-copy'),
  'post-copy failed': msg('post-copy failed'),
  user: msg('by an administrator'),
  migrating: msg('for a migration'),
  saving: msg('saving'),
  dumping: msg('dumping memory'),
  'I/O error': msg('I/O error'),
  'API error': msg('libvirt error'),
  watchdog: msg('watchdog'),
  'shutting down': msg('shutting down'),
  'creating snapshot': msg('for a snapshot'),
  'starting up': msg('starting up'),
  shutdown: msg('shut down'),
  destroyed: msg('forced off'),
  crashed: msg('crashed'),
  panicked: msg('crashed'),
  saved: msg('saved'),
  failed: msg('failed'),
  daemon: msg('by libvirt'),
};

/** Values that are in no table stay as virsh prints them. */
function word(words: Readonly<Partial<Record<string, Message>>>, text: string): Message {
  return Object.hasOwn(words, text) ? (words[text] ?? msg('$0', text)) : msg('$0', text);
}

/** The line of `virsh domstate --reason`, for example `running (migrated)`. Unknown words stay as libvirt prints them. */
export function domainStateText(line: string): Message {
  const [, state, reason] = /^([^()]+) \(([^()]+)\)$/.exec(line) ?? [];
  return state === undefined || reason === undefined
    ? word(stateWords, line)
    : // TRANSLATORS: $0 is what a VM is doing, for example “running”, $1 the reason, for example “migrated”.
      msg('$0 ($1)', word(stateWords, state), word(reasonWords, reason));
}
