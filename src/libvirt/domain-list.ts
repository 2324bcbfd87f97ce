// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DBusValue } from '../platform/platform.ts';
import { type DomainSummary, summaryOf } from './domain-summary.ts';
import { classifyError, LibvirtError } from './errors.ts';
import type { VirshAnswer } from './virsh.ts';

/** The commands of virsh for a list, because libvirt's stats have no UUIDs. */
export const listCommands = [
  { id: 'all', argv: ['list', '--all', '--uuid', '--name'] },
  { id: 'autostart', argv: ['list', '--all', '--autostart', '--uuid'] },
] as const;

/** Domains by name, with their values of GetAllDomainStats. */
export type StatsByName = ReadonlyMap<string, ReadonlyMap<string, DBusValue>>;

/**
 * The list from the stats of all domains, those of the transient ones, and virsh's answers to {@link listCommands}. A domain that
 * appeared or disappeared between them is omitted. Throws a {@link LibvirtError} if virsh has no list.
 */
export function summariesOf(
  stats: StatsByName,
  transient: StatsByName,
  answers: ReadonlyMap<string, VirshAnswer>,
): readonly DomainSummary[] {
  const all = answers.get('all');
  if (all?.ok !== true) {
    const text = all?.error ?? 'virsh list gave no answer';
    throw new LibvirtError(classifyError(text), text);
  }
  const autostart = answers.get('autostart');
  const started = autostart?.ok === true ? new Set(autostart.text.split(/\s+/)) : undefined;
  return all.text.split('\n').flatMap((line) => {
    // The UUID has 36 characters, followed by a space and the name, which may begin and end with spaces.
    const match = /^\s*([0-9a-f-]{36}) (.*)$/.exec(line);
    const [, uuid, rest] = match ?? [];
    if (uuid === undefined || rest === undefined) return [];
    const name = stats.has(rest) ? rest : rest.trim();
    const values = stats.get(name);
    if (values === undefined) return [];
    return [
      {
        ...summaryOf(name, uuid, values),
        persistent: !transient.has(name),
        ...(started === undefined ? {} : { autostart: started.has(uuid) }),
      },
    ];
  });
}
