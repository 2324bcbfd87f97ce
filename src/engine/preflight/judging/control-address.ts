// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg, type Remedy } from '../../base/index.ts';
import type { DataAddress } from '../facts/data-address.ts';

/** The button that sends the data to the address of the control connection, which is known to work. */
export function useControlAddress(address: DataAddress): readonly Remedy[] {
  const [control] = address.controlAddresses;
  if (control === undefined || address.from === 'migration-uri') return [];
  const uri = `tcp://${control.includes(':') ? `[${control}]` : control}`;
  return [
    {
      text: msg('Send the data to $0, the address of the control connection.', uri),
      action: { kind: 'set-migration-uri', uri },
    },
  ];
}
