// SPDX-License-Identifier: LGPL-2.1-or-later
import { msg, type Remedy } from '../../../base/index.ts';
import { type Program, programNames } from './pair.ts';

/** Of Debian and its kin, else of Fedora and its kin. A kernel needs a restart besides, so there is no one command for it. */
const upgrades: Readonly<Partial<Record<Program, string>>> = {
  qemu: 'apt-get install --only-upgrade qemu-system-x86 || dnf upgrade qemu-kvm',
  libvirt: 'apt-get install --only-upgrade libvirt-daemon-system || dnf upgrade libvirt',
  libtpms: 'apt-get install --only-upgrade libtpms0 || dnf upgrade libtpms',
};

/** What runs on the destination is what a VM that arrives gets. */
export function upgradeDestination(program: Program, version: string): Remedy {
  const command = upgrades[program];
  return {
    text: msg('Upgrade $0 on the destination to $1 or newer.', programNames[program], version),
    ...(command === undefined ? {} : { command, host: 'destination' as const }),
  };
}

/** Only of a daemon: a VM goes on in the QEMU that it was started with. */
export function upgradeSource(program: Program, version: string): Remedy {
  const command = upgrades[program];
  return {
    text: msg('Upgrade $0 on this host to $1 or newer.', programNames[program], version),
    ...(command === undefined ? {} : { command, host: 'source' as const }),
  };
}

/** A VM that starts anew has no state that the destination could misread. */
export const startThere: Remedy = {
  text: msg('Shut the VM off, move its definition, and start it on the destination.'),
};
