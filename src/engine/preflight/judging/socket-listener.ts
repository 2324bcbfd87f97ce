// SPDX-License-Identifier: LGPL-2.1-or-later

import { basename } from '../../base/index.ts';
import type { HostReading } from '../facts/host-reading/index.ts';

/**
 * False if no listener was found for a socket. The kernel lists the path that the listener bound, which may contain a link or be a
 * container's, so only the file name is compared.
 */
export function mayHaveListener({ listeners }: Pick<HostReading, 'listeners'>, path: string): boolean {
  return listeners === undefined || [...listeners].some((each) => basename(each) === basename(path));
}
