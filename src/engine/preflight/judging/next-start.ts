// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy } from '../../base/index.ts';
import type { Judgement } from '../finding.ts';

/** Something of the stored definition that the destination does not have. */
export interface MissingAtNextStart {
  readonly path: string;
  /** What it is for. */
  readonly device: string;
}

/** The VM arrives, and does not start there the next time, with the definition that goes along; undefined if nothing is missing. */
export function judgeNextStart(
  missing: readonly MissingAtNextStart[],
  remedy: Remedy,
): Judgement | undefined {
  const [first, ...others] = missing.map(({ path, device }) =>
    msg(
      'With the definition that goes along the VM does not start there the next time: it names $0 ($1), which the destination does not have.',
      path,
      device,
    ),
  );
  return first === undefined
    ? undefined
    : { verdict: 'warn', found: first, details: others, remedies: [remedy] };
}
