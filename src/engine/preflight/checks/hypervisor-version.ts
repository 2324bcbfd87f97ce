// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { compareVersions, destinationVersionsFact, sourceVersionsFact } from '../facts/versions.ts';
import type { Judgement } from '../finding.ts';

/** The oldest versions that this project is tested with. */
const oldest = { libvirt: '8.0', qemu: '6.2' };

/** Are libvirt and QEMU on the destination at least as new as on this host? */
export const hypervisorVersionCheck = defineCheck({
  id: 'hypervisor-version',
  title: msg('Software versions'),
  group: 'host',
  why: msg(
    'QEMU understands what an older QEMU sends. To an older QEMU a migration often works, but is not supported.',
  ),
  needs: { source: sourceVersionsFact, destination: destinationVersionsFact },
  judge: ({ source, destination }): Judgement => {
    const details = [
      msg('This host has libvirt $0 and QEMU $1.', source.libvirt, source.qemu),
      msg('The destination has libvirt $0 and QEMU $1.', destination.libvirt, destination.qemu),
    ];
    const upgrade = {
      text: msg('Upgrade libvirt and QEMU on the destination to the versions of this host.'),
    };
    if (compareVersions(destination.qemu, source.qemu) < 0)
      return {
        verdict: 'warn',
        found: msg('The destination has QEMU $0, older than $1 on this host.', destination.qemu, source.qemu),
        details,
        remedies: [upgrade],
      };
    if (compareVersions(destination.libvirt, source.libvirt) < 0)
      return {
        verdict: 'warn',
        found: msg(
          'The destination has libvirt $0, older than $1 on this host. An older libvirt may not know everything in the definition.',
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
          'The destination is older than libvirt $0 or QEMU $1, the oldest versions that were tested.',
          oldest.libvirt,
          oldest.qemu,
        ),
        details,
        remedies: [upgrade],
      };
    return {
      verdict: 'pass',
      found: msg(
        'The destination has libvirt $0 and QEMU $1, not older than this host.',
        destination.libvirt,
        destination.qemu,
      ),
      details,
    };
  },
});
