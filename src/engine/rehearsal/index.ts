// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { refusalOf } from './failure.ts';
export { rehearsalFinding, rehearsalId, upcomingRehearsal } from './finding.ts';
export { rehearse } from './rehearsal.ts';
export { type Rehearsal } from './result.ts';
