// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Check } from '../check.ts';

/** All checks in the order in which they are shown. */
export const checks: readonly Check[] = [];
