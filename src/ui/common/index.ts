// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { hostOf } from '../../engine/destination/index.ts';
export { copyText } from './clipboard.ts';
export { CommandLine } from './command-line.tsx';
export { ConfirmDialog } from './confirm-dialog.tsx';
export { CopyableText } from './copyable-text.tsx';
export { downloadText, fileName } from './download.ts';
export { Field, type FieldDescription } from './field.tsx';
export {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatRate,
  formatTick,
  formatTime,
} from './format.ts';
export { Notice, variantLabel } from './notice.tsx';
export { OriginalText } from './original-text.tsx';
export { textOf, translator } from './text.ts';
export { followTheme } from './theme.ts';
export { _, format, language, loadLaterTexts, ngettext } from './translate.ts';
export { isUnderWay, migrateDisabledReason, stateText } from './vm-text.ts';
