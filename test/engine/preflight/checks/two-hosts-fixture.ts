// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DataAddress } from '../../../../src/engine/preflight/facts/data-address.ts';
import { there } from '../../test-check.ts';

/** Where the memory goes, for a destination beta whose name has one address. */
export const address: DataAddress = {
  host: 'beta',
  from: 'host-name',
  addresses: ['10.1.0.2'],
  controlAddresses: ['10.1.0.2'],
};

/** What this host, alpha, is called. */
export const localNames = there(['alpha', '10.1.0.1']);
