// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { FactUnavailable } from '../fact.ts';
import type { HostReading } from '../facts/host-reading/index.ts';

/** Whether a host has a file; throws FactUnavailable where its shell did not say. */
export function fileExists({ files }: Pick<HostReading, 'files'>, path: string): boolean {
  const seen = files.get(path);
  if (seen === undefined)
    throw new FactUnavailable({ why: msg('The destination did not tell whether it has $0.', path) });
  return seen.exists;
}
