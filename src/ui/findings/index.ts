// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { Findings } from './findings.tsx';
export { RemedyList } from './remedy-list.tsx';
export { RemedyView } from './remedy-view.tsx';
export { StatusIcon, StatusLabel, type StatusTone } from './status.tsx';
export { rowVerdict, tallyTexts, toneOf, type VerdictCounts, verdictCountsOf } from './verdict-text.ts';
