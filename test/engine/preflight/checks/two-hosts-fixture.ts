// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DataAddress } from '../../../../src/engine/preflight/facts/data-address.ts';
import { there } from '../../test-check.ts';

/** The address of the data, for a destination beta whose name has one address. */
export const address: DataAddress = {
  host: 'beta',
  from: 'host-name',
  addresses: ['10.1.0.2'],
  controlAddresses: ['10.1.0.2'],
};

/** The names of this host, alpha. */
export const localNames = there(['alpha', '10.1.0.1']);
