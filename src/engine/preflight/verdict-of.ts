// SPDX-License-Identifier: LGPL-2.1-or-later
import type { PreflightState, PreflightVerdict } from './state.ts';

/**
 * The verdict of all findings together. A problem that the admin has overridden counts as a warning. With a check that is
 * unknown or still waits nothing is ready.
 */
export function verdictOf(state: PreflightState, overridden: ReadonlySet<string>): PreflightVerdict {
  let unknown = false;
  let warned = false;
  for (const progress of state.checks) {
    if (progress.status === 'waiting') {
      unknown = true;
      continue;
    }
    const { finding } = progress;
    if (finding.verdict === 'block') {
      if (finding.override === undefined || !overridden.has(finding.check)) return 'blocked';
      warned = true;
    }
    unknown ||= finding.verdict === 'unknown';
    warned ||= finding.verdict === 'warn';
  }
  if (unknown) return 'unknown';
  return warned ? 'ready-with-warnings' : 'ready';
}
