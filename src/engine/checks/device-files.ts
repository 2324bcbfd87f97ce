// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineCheck } from '../check.ts';
import { required } from '../fact.ts';
import { domainFact } from '../facts/domain.ts';
import { destinationShellFact } from '../facts/host-shell.ts';
import type { Judgement } from '../finding.ts';
import { isThere } from '../judging/file-there.ts';
import { msg } from '../message.ts';
import { folderOf } from '../paths.ts';
import { shellCommand } from '../shell-quote.ts';

/** Are the files and devices behind the VM's serial lines, channels and the like there? */
export const deviceFilesCheck = defineCheck({
  id: 'device-files',
  title: msg('Files of devices'),
  why: msg(
    'A serial line, a channel or a source of randomness may be a file or a device of the host. QEMU opens it there too.',
  ),
  needs: { domain: domainFact },
  wants: { shell: destinationShellFact },
  judge: ({ domain, shell }): Judgement => {
    const { paths } = domain.config.devices;
    const [any] = paths;
    if (any === undefined)
      return { verdict: 'pass', found: msg('No device of the VM is bound to a file of the host.') };
    const there = required(shell, [
      {
        text: msg('See whether they are there.'),
        command: shellCommand('ls', '-ld', '--', ...paths.map(({ path }) => path)),
        host: 'destination',
      },
    ]);
    const needed = paths.map((each) => ({
      ...each,
      place: each.wants === 'exists' ? each.path : folderOf(each.path),
    }));
    const gone = needed.filter(({ place }) => !isThere(there, place));
    const [first] = gone;
    if (first === undefined)
      return {
        verdict: 'pass',
        found: msg('The files behind its devices are there too.'),
        details: paths.map(({ device, path }) => msg('$0: $1', device, path)),
      };
    return {
      verdict: 'block',
      found:
        first.wants === 'exists'
          ? msg(
              'The destination does not have $0, which a device of the VM needs ($1).',
              first.place,
              first.device,
            )
          : msg(
              'The destination does not have the folder $0, in which a device of the VM needs a file ($1).',
              first.place,
              first.device,
            ),
      details: gone.slice(1).map(({ device, place }) => msg('Nor has it $0 ($1).', place, device)),
      remedies: [
        {
          text: msg('Make it there, or detach the device.'),
          command: shellCommand('ls', '-ld', '--', ...gone.map(({ place }) => place)),
          host: 'destination',
        },
      ],
    };
  },
});
