// SPDX-License-Identifier: LGPL-2.1-or-later

import { confList } from '../../../libvirt/vir-conf.ts';
import { msg, type Remedy, shellCommand } from '../../base/index.ts';
import type { ValidDestination } from '../../destination/index.ts';
import { defineCheck } from '../check.ts';
import { FactUnavailable } from '../fact.ts';
import { beginPhaseFact } from '../facts/begin-phase.ts';
import { destinationFact } from '../facts/destination.ts';
import { destinationAccessFact } from '../facts/destination-access.ts';
import type { HostReading } from '../facts/host-reading/index.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';

/** libvirt's messages if an access driver refuses or the connection is read-only. */
const denied = /access denied|operation forbidden|read.?only access/i;

const showDrivers: Remedy = {
  text: msg('Show the access drivers of libvirt on the destination.'),
  command: 'grep -rs access_drivers /etc/libvirt/',
  host: 'destination',
};

/** Over tcp and tls, polkit has no user to authorize. */
function allow({ parts: { transport, user = 'root' } }: ValidDestination): Remedy {
  if (transport !== 'ssh')
    return { text: msg('Use qemu+ssh as root. Over $0 libvirt does not know which user asks.', transport) };
  const rule = `polkit.addRule(function(action, subject) { if (action.id.indexOf("org.libvirt.") == 0 && subject.user == ${JSON.stringify(user)}) return polkit.Result.YES; });`;
  return {
    text: msg('Allow $0 to use libvirt on the destination with a rule of polkit, or sign in as root.', user),
    command: `${shellCommand('echo', rule)} > /etc/polkit-1/rules.d/50-libvirt-migration.rules`,
    host: 'destination',
  };
}

/** An access driver in libvirtd.conf always allows root, and checks every other user. */
function judgeDrivers({ settings }: HostReading, destination: ValidDestination): Judgement | undefined {
  const [drivers] = confList(settings, 'access_drivers');
  const { user = 'root' } = destination.parts;
  if (drivers === undefined || user === 'root') return undefined;
  return {
    verdict: 'warn',
    found: msg(
      'The destination checks each call of $0 with $1, and may refuse one that a migration needs.',
      user,
      drivers,
    ),
    remedies: [allow(destination), showDrivers],
  };
}

/** Hooks: the admin's programs that libvirt runs for each VM. */
function judgeHooks({ hooks }: HostReading): Judgement | undefined {
  if (hooks === undefined)
    throw new FactUnavailable({
      why: msg('Not checked: the hook scripts of libvirt on the destination could not be listed.'),
      remedies: [
        {
          text: msg('Show the hook scripts on the destination.'),
          command: 'sudo ls -lR /etc/libvirt/hooks',
          host: 'destination',
        },
      ],
    });
  if (hooks.length === 0) return undefined;
  return {
    verdict: 'warn',
    found: msg('Hook scripts on the destination may refuse the VM: $0.', hooks.join(', ')),
    details: [
      msg('Hook scripts run for each VM that arrives.'),
      msg('Hook scripts may also change the definition, so that the VM needs files that were not checked.'),
    ],
    remedies: [
      {
        text: msg('Show what the hook scripts do when they are called with “migrate”, “prepare” or “start”.'),
        command: shellCommand('cat', '--', ...hooks),
        host: 'destination',
      },
    ],
  };
}

/** Does libvirt on both hosts allow all calls of a migration? */
export const permissionsCheck = defineCheck({
  id: 'permissions',
  title: msg('Permissions'),
  group: 'connection',
  why: msg('A sign-in is not enough: rules of libvirt can limit who may read, start or migrate which VM.'),
  needs: { destination: destinationFact, access: destinationAccessFact },
  wants: { beginPhase: beginPhaseFact, shell: destinationShellFact },
  judge: ({ destination, access, beginPhase, shell }): Judgement => {
    if (beginPhase.available && beginPhase.value.kind === 'refused' && denied.test(beginPhase.value.original))
      return {
        verdict: 'block',
        found: msg('You are not allowed to migrate this VM: libvirt of this host refuses.'),
        original: beginPhase.value.original,
        remedies: [
          {
            text: msg('Turn on administrative access in the console, or ask the administrator of this host.'),
          },
        ],
      };
    const refusal = access.find((answer) => denied.test(answer));
    if (refusal !== undefined)
      return {
        verdict: 'block',
        found: msg('The destination lets this host sign in, but refuses calls that a migration needs.'),
        original: refusal,
        remedies: [allow(destination), showDrivers],
      };
    if (!shell.available)
      throw new FactUnavailable({
        why: msg('Not checked: the access rules of libvirt on the destination could not be read.'),
        ...(shell.original === undefined ? {} : { original: shell.original }),
        remedies: [showDrivers],
      });
    return (
      judgeDrivers(shell.value, destination) ??
      judgeHooks(shell.value) ?? {
        verdict: 'pass',
        found: msg('The destination lets $0 use all of libvirt.', destination.parts.user ?? 'root'),
      }
    );
  },
});
