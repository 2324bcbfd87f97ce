// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { type HistoryEntry, type PastRehearsal, withoutParameters } from './entry.ts';
export { appendHistory, readHistory, whoAndWhere } from './history.ts';
export {
  filterHistory,
  forecastQuality,
  historyCsv,
  historyDocument,
  pastRehearsalText,
  pauseText,
  qualityText,
  resultText,
  timeText,
} from './summary.ts';
