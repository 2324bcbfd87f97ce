// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { FactUnavailable } from '../fact.ts';
import type { HostReading } from '../facts/host-reading/index.ts';

/** Whether the destination has a file; throws FactUnavailable if unknown. */
export function fileExists({ files }: Pick<HostReading, 'files'>, path: string): boolean {
  const seen = files.get(path);
  if (seen === undefined)
    throw new FactUnavailable({
      why: msg('Not checked: the destination did not tell whether it has $0.', path),
    });
  return seen.exists;
}
