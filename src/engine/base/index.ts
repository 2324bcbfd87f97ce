// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { Cell, type ReadonlyCell } from './cell.ts';
export { Deferred } from './deferred.ts';
export { longestDowntimeMilliseconds } from './downtime.ts';
export { type Message, msg, nmsg, plainText, type Translator } from './message.ts';
export { basename, dirname, normalizePath } from './paths.ts';
export { durationText, rateText, sizeText } from './quantity.ts';
export { type Remedy, type RemedyAction } from './remedy.ts';
export { scriptWords, shellCommand } from './shell-quote.ts';
export { isStandInName } from './stand-in-name.ts';
export { visibleText } from './visible-text.ts';
export { type ConnectionName, type VmIdentity } from './vm-identity.ts';
export { wholeNumber } from './whole-number.ts';
