// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { type MigrationHandle, Migrations } from './queue.ts';
export { migrationReportOf } from './report.ts';
export { type Migration, stalledProgress, type VerificationAnswer } from './state.ts';
export { type SteerAction, type Steering, steeredText, steerResultText, steerText } from './steering.ts';
export { isAskedAgain, runsOn } from './whereabouts.ts';
export { whereaboutsRemedies, whereaboutsText } from './whereabouts-text.ts';
