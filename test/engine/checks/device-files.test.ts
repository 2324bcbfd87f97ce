// SPDX-License-Identifier: LGPL-2.1-or-later
import { deviceFilesCheck } from '../../../src/engine/checks/device-files.ts';
import { domain, file, reading } from '../fixtures.ts';
import { missing, testCheck, there } from '../test-check.ts';

const devices =
  "<serial type='file'><source path='/var/log/vm/web.log'/></serial><console type='file'><source path='/var/log/vm/web.log'/></console>" +
  "<serial type='dev'><source path='/dev/ttyS1'/></serial><channel type='unix'><source mode='bind' path='/var/lib/libvirt/qemu/channel/target/domain-1-web/a'/></channel>" +
  "<rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>";
const vm = domain({}, devices);
const seen = { '/var/log/vm': file(), '/dev/ttyS1': file(), '/dev/urandom': file() };

testCheck(deviceFilesCheck, [
  { name: 'none', facts: { domain: domain(), shell: missing }, verdict: 'pass' },
  { name: 'all there', facts: { domain: vm, shell: there(reading(seen)) }, verdict: 'pass' },
  {
    name: 'no folder',
    facts: { domain: vm, shell: there(reading({ ...seen, '/var/log/vm': file({ exists: false }) })) },
    verdict: 'block',
    found: /folder \/var\/log\/vm/,
  },
  {
    name: 'no device',
    facts: { domain: vm, shell: there(reading({ ...seen, '/dev/ttyS1': file({ exists: false }) })) },
    verdict: 'block',
    found: /\/dev\/ttyS1/,
  },
  { name: 'not to be seen', facts: { domain: vm, shell: missing }, verdict: 'unknown' },
]);
