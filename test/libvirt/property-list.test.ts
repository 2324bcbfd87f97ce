// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';
import { parsePropertyList } from '../../src/libvirt/property-list.ts';

it('reads what virsh prints, one property a line', () => {
  const text =
    'Job type:         None        \nSecurity label: system_u:c1,c2 (enforcing)\n\nno property\nEmpty:\n: none\n';
  expect([...parsePropertyList(text)]).toEqual([
    ['Job type', 'None'],
    ['Security label', 'system_u:c1,c2 (enforcing)'],
    ['Empty', ''],
  ]);
});
