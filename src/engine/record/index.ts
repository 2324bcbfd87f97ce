// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { isOurDeparture, keepDeparture } from './departures.ts';
export {
  type MigrationRecord,
  parseRecord,
  readRecord,
  recordNamespace,
  removeRecord,
  writeRecord,
} from './record.ts';
