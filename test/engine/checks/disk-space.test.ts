// SPDX-License-Identifier: LGPL-2.1-or-later
import { diskSpaceCheck } from '../../../src/engine/checks/disk-space.ts';
import { domain, reading } from '../fixtures.ts';
import { missing, testCheck, there } from '../test-check.ts';

const folder = '/var/lib/libvirt/qemu';

type Facts = Parameters<typeof diskSpaceCheck.judgeFacts>[0];

const free = (bytes: number, where = folder, vm = domain()): Facts => ({
  domain: vm,
  shell: there(
    reading(
      {},
      {
        freeBytes: new Map([
          [where, bytes],
          ['/etc/libvirt/qemu', 2 ** 30],
        ]),
      },
    ),
  ),
});

const uefi = (nvram: string): Facts['domain'] => {
  const vm = domain();
  return {
    ...vm,
    config: {
      ...vm.config,
      resources: { ...vm.config.resources, firmware: { ...vm.config.resources.firmware, nvram } },
    },
  };
};

testCheck(diskSpaceCheck, [
  { name: 'room', facts: free(2 ** 30), verdict: 'pass' },
  { name: 'full', facts: free(2 ** 12), verdict: 'block', found: /4 KiB free in \/var\/lib\/libvirt\/qemu/ },
  { name: 'little', facts: free(2 ** 20), verdict: 'warn', found: /1 MiB free in \/var\/lib\/libvirt\/qemu/ },
  {
    name: 'too little for the variables of the firmware',
    facts: free(2 ** 19, folder, uefi(`${folder}/nvram/vm.fd`)),
    verdict: 'block',
  },
  {
    name: 'little, and the variables are elsewhere',
    facts: free(2 ** 19, folder, uefi('/srv/vm.fd')),
    verdict: 'warn',
  },
  { name: 'no room for the log', facts: free(0, '/var/log/libvirt/qemu'), verdict: 'warn' },
  { name: 'not told', facts: { domain: domain(), shell: there(reading()) }, verdict: 'unknown' },
  { name: 'no shell', facts: { domain: domain(), shell: missing }, verdict: 'unknown' },
]);
