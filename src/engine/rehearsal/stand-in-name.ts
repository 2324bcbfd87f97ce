// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../base/index.ts';

/** How a stand-in's UUID begins, so that what is left of one (the state of a TPM has no other name) can be told. */
const uuidBeginning = 'c0c7a17e-5a7d-4';

/** Name and UUID of one stand-in. */
export interface StandInIdentity {
  readonly name: string;
  readonly uuid: string;
}

/** Hexadecimal digits of the random number generator, which browsers and Node share. */
export type RandomHex = (digits: number) => string;

export const randomHex: RandomHex = (digits) =>
  Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join('');

function identity(id: string, rest: string): StandInIdentity {
  // Version 4: its first digit after the variant is 8 to b.
  return {
    name: `cockpit-migrate-rehearsal-${id}`,
    uuid: `${uuidBeginning}${rest.slice(0, 3)}-8${rest.slice(3, 6)}-${id}`,
  };
}

/** For one rehearsal alone: two at once do not meet. */
export function newStandIn(random: RandomHex = randomHex): StandInIdentity {
  return identity(random(12), random(6));
}

/**
 * For every rehearsal of this VM: where this program has no shell, QEMU's log of the stand-in stays, and so there is one for a VM,
 * which virtlogd keeps small. Two at once of one VM would meet: libvirt refuses the second one.
 */
export function standInOf({ uuid }: VmIdentity): StandInIdentity {
  const digits = uuid.replaceAll('-', '');
  return identity(digits.slice(-12), digits.slice(0, 6));
}

/** True for a UUID that only stand-ins have. */
export function isStandInUuid(uuid: string): boolean {
  return uuid.startsWith(uuidBeginning);
}
