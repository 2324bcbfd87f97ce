// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { type BandwidthInput, parseBandwidthInput } from './bandwidth-input.ts';
export { type MigrationChoices } from './choices.ts';
export { parseDiskNames } from './disk-names.ts';
export { copiedDisks, isTemporary, type Plan, planFor } from './plan.ts';
export {
  allowsPostCopy,
  defaultStepSeconds,
  type MigrationTuning,
  parseDowntime,
  parseStallSteps,
  type StallAction,
  type StallStep,
  stallActions,
  wholeMebibytes,
} from './tuning.ts';
export { stallStepsText } from './tuning-text.ts';
