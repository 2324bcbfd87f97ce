// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DestinationInput } from '../../engine/destination/index.ts';
import { type PreflightState, verdictOf } from '../../engine/preflight/index.ts';
import { _, format, ngettext, textOf } from '../common/index.ts';

/** Whether Migrate is enabled, and the text beside it. */
export interface Readiness {
  readonly ready: boolean;
  readonly text: string;
}

/** How many checks are named in one sentence. */
const namedChecks = 3;

/** Titles of unknown checks, limited to a readable number. */
function unknownTitles(preflight: PreflightState): string {
  const titles = preflight.checks.flatMap((progress) =>
    progress.status === 'done' && progress.finding.verdict === 'unknown'
      ? [textOf(progress.finding.title)]
      : progress.status === 'waiting'
        ? [textOf(progress.title)]
        : [],
  );
  const named = titles.slice(0, namedChecks).join(', ');
  const more = titles.length - namedChecks;
  // TRANSLATORS: $1 are names of checks, such as “CPU, Memory, Storage”, $0 is the number of those that are not named.
  return more <= 0 ? named : format(ngettext('$1 and $0 more', '$1 and $0 more', more), more, named);
}

/** The text of the dialog's footer. */
export function readiness(
  destination: DestinationInput,
  formComplete: boolean,
  confirmed: ReadonlySet<string>,
  fromLink: boolean,
  preflight: PreflightState | undefined,
  overrides: ReadonlySet<string>,
): Readiness {
  switch (destination.kind) {
    case 'empty':
      return { ready: false, text: _('Enter a destination.') };
    case 'incomplete':
    case 'suggestion':
      return { ready: false, text: _('The destination URI is not complete yet.') };
    case 'invalid':
      return { ready: false, text: _('The destination URI cannot be used.') };
    case 'valid':
      break;
  }
  if (!formComplete) return { ready: false, text: _('Correct the marked field under “More options”.') };
  if (destination.dangerous.some(({ name }) => !confirmed.has(name)))
    return { ready: false, text: _('Confirm the parameters of the destination URI, or remove them.') };
  if (fromLink)
    return {
      ready: false,
      text: _(
        'A link filled in this destination. Nothing has been sent to it. Press “Check” to connect as root.',
      ),
    };
  if (preflight === undefined || preflight.running)
    return { ready: false, text: _('Wait for the end of the checks.') };
  switch (verdictOf(preflight, overrides)) {
    case 'blocked':
      return {
        ready: false,
        text: _('Solve each problem, then check again.'),
      };
    case 'unknown':
      return {
        ready: true,
        text: format(_('Not checked: $0. The migration may fail because of that.'), unknownTitles(preflight)),
      };
    case 'ready-with-warnings':
      return { ready: true, text: _('Read the warnings before you migrate.') };
    case 'ready':
      return { ready: true, text: _('Nothing has started yet.') };
  }
}
