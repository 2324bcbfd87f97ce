// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { hostOf, isHostName } from './host-name.ts';
export { type MigrationUriInput, parseMigrationUriInput } from './migration-uri.ts';
export {
  type DestinationInput,
  type DestinationParts,
  isThisHost,
  parseDestination,
  type ValidDestination,
} from './uri.ts';
export { type DangerousParameter } from './uri-parameters.ts';
