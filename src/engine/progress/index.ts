// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { isStalled, type MigrationProgress, nextProgress, noProgress } from './progress.ts';
export { type Course, type ProgressPoint, remainingAt, rowsOf, withProgress } from './series.ts';
export { pauseForLastPass, stallRemedies, stallText } from './stall.ts';
