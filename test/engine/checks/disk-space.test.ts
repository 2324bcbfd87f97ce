// SPDX-License-Identifier: LGPL-2.1-or-later
import { diskSpaceCheck } from '../../../src/engine/checks/disk-space.ts';
import { reading } from '../fixtures.ts';
import { missing, testCheck, there } from '../test-check.ts';

const free = (bytes: number): Parameters<typeof diskSpaceCheck.judgeFacts>[0] => ({
  shell: there(
    reading(
      {},
      {
        freeBytes: new Map([
          ['/var/lib/libvirt/qemu', bytes],
          ['/etc/libvirt/qemu', 2 ** 30],
        ]),
      },
    ),
  ),
});

testCheck(diskSpaceCheck, [
  { name: 'room', facts: free(2 ** 30), verdict: 'pass' },
  { name: 'full', facts: free(2 ** 20), verdict: 'block', found: /1 MiB free in \/var\/lib\/libvirt\/qemu/ },
  { name: 'not told', facts: { shell: there(reading()) }, verdict: 'unknown' },
  { name: 'no shell', facts: { shell: missing }, verdict: 'unknown' },
]);
