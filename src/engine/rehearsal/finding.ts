// SPDX-License-Identifier: LGPL-2.1-or-later
import { durationText, type Message, msg } from '../base/index.ts';
import type { CheckProgress, Finding } from '../preflight/index.ts';
import { refusalOf, refusalRemedies } from './failure.ts';
import { type LeftOut, leftOutText } from './left-out.ts';
import type { LeftOver, Rehearsal } from './result.ts';

/** The id of the finding. A rehearsal is not a check, because it temporarily changes both hosts. */
export const rehearsalId = 'rehearsal';

/** Added to what this stand-in left out. */
const neverShown = msg(
  'A rehearsal does not show what drivers of the guest make of the devices, nor the load of the VM.',
);

/** A sentence about what could not be removed. */
export function remainsText({ host, what }: LeftOver): Message {
  return host === 'source'
    ? msg('Not removed from this host: $0. The next rehearsal removes it.', what)
    : msg('Not removed from the destination: $0. The next rehearsal removes it.', what);
}

function detailsOf({ remains, hasShell }: Rehearsal, leftOut: readonly LeftOut[]): readonly Message[] {
  return [
    ...leftOut.map(leftOutText),
    ...remains.map(remainsText),
    ...(hasShell
      ? []
      : [
          msg(
            'Without a shell on the destination: its hook scripts were not looked for, and the log of QEMU stays there.',
          ),
        ]),
    neverShown,
  ];
}

/** Why there was no rehearsal, if it would have run an admin's programs. */
export function hooksText(source: readonly string[], destination: readonly string[]): Message {
  return msg(
    'Not rehearsed: hook scripts would run for the stand-in: $0.',
    [...source, ...destination.filter((path) => !source.includes(path))].join(', '),
  );
}

/** The row of a running rehearsal. */
export const upcomingRehearsal: CheckProgress = {
  status: 'waiting',
  check: rehearsalId,
  title: msg('Rehearsal'),
  group: 'host',
};

/** The finding of a rehearsal; undefined for one that was cancelled. */
export function rehearsalFinding(rehearsal: Rehearsal): Finding | undefined {
  const { outcome } = rehearsal;
  const head = {
    check: rehearsalId,
    title: msg('Rehearsal'),
    group: 'host' as const,
    why: msg('A stand-in with the devices of the VM travels first. What stops it, stops the VM too.'),
  };
  switch (outcome.kind) {
    case 'arrived':
      return {
        ...head,
        verdict: 'pass',
        found: msg('A stand-in of the VM arrived in $0.', durationText(outcome.milliseconds)),
        details: detailsOf(rehearsal, outcome.leftOut),
      };
    case 'refused': {
      const failure = refusalOf(outcome);
      return {
        ...head,
        verdict: 'block',
        found: failure.summary,
        original: failure.original,
        details: detailsOf(rehearsal, outcome.leftOut),
        remedies: refusalRemedies(failure),
        override: {
          risk: msg('The migration most likely fails in the same way. The VM then goes on here.'),
        },
      };
    }
    case 'hooks':
      return {
        ...head,
        verdict: 'not-applicable',
        found: hooksText(outcome.source, outcome.destination),
      };
    case 'unknown':
      return {
        ...head,
        verdict: 'unknown',
        found: outcome.why,
        ...(outcome.original === undefined ? {} : { original: outcome.original }),
        details: rehearsal.remains.map(remainsText),
        remedies: [],
      };
    case 'cancelled':
      return undefined;
  }
}
