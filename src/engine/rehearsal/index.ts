// SPDX-License-Identifier: LGPL-2.1-or-later
/** What the rest of the program may import of this folder. */
export { type LeftOut, leftOutText } from './left-out.ts';
export { isStandInName } from './stand-in-name.ts';
