// SPDX-License-Identifier: LGPL-2.1-or-later

import { expect } from 'vitest';
import { removableMediaCheck } from '../../../../src/engine/preflight/checks/removable-media.ts';
import { diskFiles } from '../../../../src/engine/preflight/facts/disk-files.ts';
import type { FileReading } from '../../../../src/engine/preflight/facts/host-reading/index.ts';
import { domain, file, reading } from '../../fixtures.ts';
import { missing, testCheck, there } from '../../test-check.ts';

const iso = '/iso/debian.iso';
const cdrom = (policy = ''): string =>
  `<disk type='file' device='cdrom'><driver name='qemu' type='raw'/><source file='${iso}'${policy}/><target dev='sda' bus='sata'/><readonly/></disk>`;
const empty = "<disk type='file' device='cdrom'><target dev='sda' bus='sata'/><readonly/></disk>";

function facts(devices: string, seen?: FileReading): Parameters<typeof removableMediaCheck.judgeFacts>[0] {
  const vm = domain({}, devices);
  return {
    domain: vm,
    files: diskFiles(vm.config),
    source: there(reading({ [iso]: file() })),
    shell: seen === undefined ? missing : there(reading({ [iso]: seen })),
  };
}

testCheck(removableMediaCheck, [
  { name: 'no drive', facts: facts(''), verdict: 'pass' },
  { name: 'an empty drive', facts: facts(empty), verdict: 'pass' },
  { name: 'there too', facts: facts(cdrom(), file({ inode: '5' })), verdict: 'pass' },
  { name: 'of another size', facts: facts(cdrom(), file({ sizeBytes: 5 })), verdict: 'warn' },
  {
    name: 'only here',
    facts: facts(cdrom(), file({ exists: false })),
    verdict: 'block',
    found: /sda.*debian\.iso/,
    also: (finding) => {
      expect(finding).toMatchObject({
        remedies: [
          {
            command: expect.stringMatching(/^virsh -c qemu:\/\/\/system change-media /) as string,
            action: { kind: 'eject-medium', disk: 'sda' },
          },
          {},
        ],
      });
    },
  },
  {
    name: 'one that may be missing',
    facts: facts(cdrom(" startupPolicy='optional'"), file({ exists: false })),
    verdict: 'pass',
    found: /ejects/,
  },
  { name: 'not to be seen', facts: facts(cdrom()), verdict: 'unknown' },
]);
