// SPDX-License-Identifier: LGPL-2.1-or-later
import { virshSession } from '../../../libvirt/virsh.ts';
import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { domainFact } from './domain.ts';
import { hasJob, runState } from './run-state.ts';

/** What libvirt of this host and the VM's QEMU say to migrating it at all: nothing against it, or their refusal. */
export type BeginPhase =
  | { readonly kind: 'allowed' }
  | { readonly kind: 'refused'; readonly original: string };

/** No domain, so that the migration cannot begin, whatever libvirt thinks of the VM. */
const notADomain = '<rehearsal/>';

/** libvirt's words for that; it parses the definition only after it has found nothing against the migration. */
const objectsOnlyToThat = /expecting root element of 'domain'|root element (was )?not|rehearsal/i;

/** Reads the end of the rehearsal. */
export function parseBeginPhase(
  answer: { ok: true; text: string } | { ok: false; error: string },
): BeginPhase {
  if (answer.ok)
    throw new FactUnavailable({ why: msg('libvirt did not answer as expected.'), original: answer.text });
  const original = answer.error.trim();
  return objectsOnlyToThat.test(original) ? { kind: 'allowed' } : { kind: 'refused', original };
}

/**
 * libvirt has no dry run, but a migration's first step, Begin, holds all that it and QEMU (`blocked-reasons` of
 * query-migrate, libvirt 8.1) have against it, and it comes before anything else: before the new definition is read,
 * which here is none and ends it. The other end of that call is this very host, so nothing leaves it. Seen with libvirt
 * 9.0: 40 ms, no event, no change of the VM; for that moment libvirt counts it as busy, so it is not asked while the VM
 * has a job. A measurement of the dirty rate is none, and goes on. `--unsafe` leaves the question of storage to its own checks.
 */
export const beginPhaseFact = defineFact<BeginPhase, { domain: typeof domainFact }>({
  name: 'rehearsal',
  needs: { domain: domainFact },
  gather: async ({ domain }, { platform, connection, choices, signal }) => {
    const state = runState(domain);
    if (state !== 'running' && state !== 'paused' && state !== 'blocked')
      throw new FactUnavailable({ why: msg('Only a running VM can be asked.') });
    if (hasJob(domain))
      throw new FactUnavailable({ why: msg('libvirt is busy with the VM, so it was not asked.') });
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
    if (answer === undefined) throw new FactUnavailable({ why: msg('libvirt did not answer as expected.') });
    return parseBeginPhase(answer);
  },
});
