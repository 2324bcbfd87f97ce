// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { type CheckGroup, checkGroups } from './check-group.ts';
export { checks } from './checks/index.ts';
export { type CommonReason, groupByReason } from './common-reason.ts';
export { FactUnavailable } from './fact.ts';
export { delay } from './facts/delay.ts';
export { HostShell } from './facts/destination-session.ts';
export { type CopyableDisk, locationName } from './facts/disk-copies.ts';
export { readLocalNames } from './facts/local-names.ts';
export { asLibvirtd, sshArgv } from './facts/ssh-route.ts';
export { type Finding, type Verdict } from './finding.ts';
export { FactCache } from './gatherer.ts';
export { Preflight } from './preflight.ts';
export {
  type Report,
  type ReportFinding,
  type ReportRemedy,
  reportFinding,
  reportOf,
  reportRemedy,
} from './report.ts';
export { markdownOf, verdictSentence, worstFirst } from './report-markdown.ts';
export { type CheckProgress, type PreflightState, type PreflightVerdict } from './state.ts';
export { verdictOf } from './verdict-of.ts';
