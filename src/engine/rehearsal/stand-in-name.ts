// SPDX-License-Identifier: LGPL-2.1-or-later
import type { VmIdentity } from '../base/index.ts';

/** The prefix of a stand-in's UUID. It identifies left-overs: the state of a TPM is named by the UUID alone. */
const uuidBeginning = 'c0c7a17e-5a7d-4';

/** Name and UUID of one stand-in. */
export interface StandInIdentity {
  readonly name: string;
  readonly uuid: string;
}

/** Random hexadecimal digits. Browsers and Node have the same generator. */
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

/** Unique to one rehearsal: two at the same time do not collide. */
export function newStandIn(random: RandomHex = randomHex): StandInIdentity {
  return identity(random(12), random(6));
}

/**
 * The same for all rehearsals of this VM: without a shell, QEMU's log of the stand-in stays, so there is only one for each VM, and
 * virtlogd limits its size. If two of one VM run at the same time, libvirt refuses the second one.
 */
export function standInOf({ uuid }: VmIdentity): StandInIdentity {
  const digits = uuid.replaceAll('-', '');
  return identity(digits.slice(-12), digits.slice(0, 6));
}

/** True for the UUID of a stand-in. */
export function isStandInUuid(uuid: string): boolean {
  return uuid.startsWith(uuidBeginning);
}
