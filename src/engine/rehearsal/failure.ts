// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg, type Remedy } from '../base/index.ts';
import { type MigrationFailure, migrationFailure, originalText, qemuReason } from '../failure/index.ts';
import type { Outcome } from './result.ts';

/**
 * Why a stand-in did not arrive, in plain words. libvirt often reports only that the connection ended. Then QEMU's message counts,
 * and both are shown.
 */
export function refusalOf({ error, reason }: Extract<Outcome, { kind: 'refused' }>): MigrationFailure {
  const failure = migrationFailure(error);
  if (reason === undefined) return failure;
  const original = [reason, originalText(error)].join('\n');
  const known = qemuReason(reason);
  if (known !== undefined) return { ...known, original };
  return {
    ...failure,
    summary: msg('QEMU on the destination gave up. Its own words say why.'),
    original,
  };
}

/** What to do about it; the failure's summary if there is nothing else. */
export function refusalRemedies({ advice, remedies = [] }: MigrationFailure): readonly [Remedy, ...Remedy[]] {
  const [first = { text: msg('Rehearse again when the cause is gone.') }, ...others] = [
    ...(advice === undefined ? [] : [{ text: advice }]),
    ...remedies,
  ];
  return [first, ...others];
}
