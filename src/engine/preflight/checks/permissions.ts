// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { beginPhaseFact } from '../facts/begin-phase.ts';
import { destinationFact } from '../facts/destination.ts';
import { destinationAccessFact } from '../facts/destination-access.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';

/** libvirt's words when an access driver says no, or the connection may only read. */
const denied = /access denied|operation forbidden|read.?only access/i;

const rules: Remedy = {
  text: msg('Let the user do that in the rules of polkit there, or sign in as root.'),
  command: 'grep -rs access_drivers /etc/libvirt/',
  host: 'destination',
};

/** May those who will do it do all that a migration needs? */
export const permissionsCheck = defineCheck({
  id: 'permissions',
  title: msg('Permissions'),
  group: 'connection',
  why: msg(
    'Being let in is not all: libvirt can be told who may start, read or move which VM, and asks for each call anew.',
  ),
  needs: { destination: destinationFact, access: destinationAccessFact },
  wants: { rehearsal: beginPhaseFact, shell: destinationShellFact },
  judge: ({ destination: { parts }, access, rehearsal, shell }): Judgement => {
    if (rehearsal.available && rehearsal.value.kind === 'refused' && denied.test(rehearsal.value.original))
      return {
        verdict: 'block',
        found: msg('libvirt of this host does not let you migrate this VM.'),
        original: rehearsal.value.original,
        remedies: [
          { text: msg('Switch to administrative access in the console, or ask who manages this host.') },
        ],
      };
    const refusal = access.find((answer) => denied.test(answer));
    if (refusal !== undefined)
      return {
        verdict: 'block',
        found: msg(
          'libvirt of the destination lets this host in, but does not let it do what a migration needs.',
        ),
        original: refusal,
        remedies: [rules],
      };
    if (!shell.available)
      throw new FactUnavailable({
        why: msg('Whether libvirt there limits who may do what could not be seen.'),
        ...(shell.original === undefined ? {} : { original: shell.original }),
        remedies: [{ ...rules, text: msg('See by hand whether it does.') }],
      });
    const drivers = /"([^"]+)"/.exec(shell.value.settings.get('access_drivers') ?? '')?.[1];
    const user = parts.user ?? 'root';
    if (drivers !== undefined && user !== 'root')
      return {
        verdict: 'warn',
        found: msg(
          'libvirt of the destination asks $0 for each call, and $1 may lack one that a migration needs.',
          drivers,
          user,
        ),
        remedies: [rules],
      };
    const { hooks } = shell.value;
    if (hooks === undefined)
      throw new FactUnavailable({
        why: msg('Whether libvirt there runs programs of its admin (hooks) could not be seen.'),
        remedies: [
          {
            text: msg('See by hand whether it does.'),
            command: 'sudo ls -lR /etc/libvirt/hooks',
            host: 'destination',
          },
        ],
      });
    if (hooks.length > 0)
      return {
        verdict: 'warn',
        found: msg(
          'libvirt of the destination runs programs of its admin (hooks) for each VM that arrives, and they may refuse it: $0.',
          hooks.join(', '),
        ),
        details: [
          msg('They may also change its definition, so that it needs other files there than are looked for.'),
        ],
        remedies: [
          {
            text: msg('See what they do when they are called with "migrate", "prepare" or "start".'),
            command: shellCommand('cat', '--', ...hooks),
            host: 'destination',
          },
        ],
      };
    return { verdict: 'pass', found: msg('$0 may use all of libvirt on the destination.', user) };
  },
});
