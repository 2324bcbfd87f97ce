// SPDX-License-Identifier: LGPL-2.1-or-later

import { basename } from '../../base/index.ts';
import type { HostReading } from '../facts/host-reading/index.ts';

/**
 * False if nobody was seen who listens on a socket. The kernel shows the path under which it was bound, which may lead through a
 * link or be seen from a container: one of that name anywhere will do.
 */
export function mayHaveListener({ listeners }: Pick<HostReading, 'listeners'>, path: string): boolean {
  return listeners === undefined || [...listeners].some((each) => basename(each) === basename(path));
}
