// SPDX-License-Identifier: LGPL-2.1-or-later
import { virshSession } from '../../../libvirt/virsh.ts';
import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { domainFact } from './domain.ts';
import { hasJob, runState } from './run-state.ts';

/** Whether libvirt of this host and the VM's QEMU accept a migration of the VM. */
export type BeginPhase =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly original: string };

/** Not a definition, so that the migration cannot begin even if libvirt accepts it. */
const notADomain = '<begin-phase/>';

/** libvirt's error for that. It parses the definition only after everything else has passed. */
const objectsOnlyToThat = /expecting root element of 'domain'|root element (was )?not|begin-phase/i;

/** Parses the result of the Begin phase. */
export function parseBeginPhase(
  answer: { ok: true; text: string } | { ok: false; error: string },
): BeginPhase {
  if (answer.ok)
    throw new FactUnavailable({
      why: msg('Unexpected answer from libvirt.'),
      original: answer.text,
    });
  const original = answer.error.trim();
  return objectsOnlyToThat.test(original) ? { kind: 'allowed' } : { kind: 'refused', original };
}

/**
 * libvirt has no dry run. But the first step of a migration, Begin, checks every condition of libvirt and QEMU (`blocked-reasons`
 * of query-migrate, libvirt 8.1) before it reads the new definition. Here that is not a definition, which ends the attempt. Its
 * destination is this host, so nothing leaves it. Seen with libvirt 9.0: 40 ms, no event, no change of the VM. For that moment
 * libvirt counts the VM as busy, so a VM with a job is not asked; a measurement of the dirty rate is not a job. `--unsafe` leaves
 * storage to its own checks.
 */
export const beginPhaseFact = defineFact<BeginPhase, { domain: typeof domainFact }>({
  name: 'begin phase',
  needs: { domain: domainFact },
  gather: async ({ domain }, { platform, connection, choices, signal }) => {
    const state = runState(domain);
    if (state !== 'running' && state !== 'paused' && state !== 'blocked')
      throw new FactUnavailable({ why: msg('The VM does not run, so QEMU cannot be asked.') });
    if (hasJob(domain))
      throw new FactUnavailable({ why: msg('The VM is busy with another job of libvirt.') });
    const answers = await virshSession(
      platform,
      connection.uri,
      [
        {
          id: 'begin',
          argv: ['migrate', '--live', '--unsafe', choices.vm.uuid, connection.uri, '--xml', '/dev/stdin'],
        },
      ],
      {
        input: notADomain,
        signal,
        ...(choices.vm.connection === 'system' ? { superuser: 'try' as const } : {}),
      },
    );
    const answer = answers.get('begin');
    if (answer === undefined) throw new FactUnavailable({ why: msg('Unexpected answer from libvirt.') });
    return parseBeginPhase(answer);
  },
});
