// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { type MigrationFailure, migrationFailure, originalText, type Refusal, refusal } from './failure.ts';
export { qemuReason } from './qemu-reasons.ts';
