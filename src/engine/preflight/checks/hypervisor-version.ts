// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { compareVersions, destinationVersionsFact, sourceVersionsFact } from '../facts/versions.ts';
import type { Judgement } from '../finding.ts';

/** The oldest versions with which this project was tried. */
const oldest = { libvirt: '8.0', qemu: '6.2' };

/** Are the programs on the destination as new as those here? */
export const hypervisorVersionCheck = defineCheck({
  id: 'hypervisor-version',
  title: msg('Versions'),
  group: 'host',
  why: msg(
    'QEMU understands what an older QEMU sends. The other way round works often, but nobody promises it.',
  ),
  needs: { source: sourceVersionsFact, destination: destinationVersionsFact },
  judge: ({ source, destination }): Judgement => {
    const details = [
      msg('This host has libvirt $0 and QEMU $1.', source.libvirt, source.qemu),
      msg('The destination has libvirt $0 and QEMU $1.', destination.libvirt, destination.qemu),
    ];
    const upgrade = { text: msg('Bring the destination to the versions of this host first.') };
    if (compareVersions(destination.qemu, source.qemu) < 0)
      return {
        verdict: 'warn',
        found: msg('QEMU of the destination is older: $0, here $1.', destination.qemu, source.qemu),
        details,
        remedies: [upgrade],
      };
    if (compareVersions(destination.libvirt, source.libvirt) < 0)
      return {
        verdict: 'warn',
        found: msg(
          "libvirt of the destination is older: $0, here $1. It may not know all of the VM's definition.",
          destination.libvirt,
          source.libvirt,
        ),
        details,
        remedies: [upgrade],
      };
    if (
      compareVersions(destination.libvirt, oldest.libvirt) < 0 ||
      compareVersions(destination.qemu, oldest.qemu) < 0
    )
      return {
        verdict: 'warn',
        found: msg(
          'The destination is older than libvirt $0 or QEMU $1, with which this page was tried.',
          oldest.libvirt,
          oldest.qemu,
        ),
        details,
        remedies: [upgrade],
      };
    return {
      verdict: 'pass',
      found: msg(
        'The destination has libvirt $0 and QEMU $1, no older than here.',
        destination.libvirt,
        destination.qemu,
      ),
      details,
    };
  },
});
