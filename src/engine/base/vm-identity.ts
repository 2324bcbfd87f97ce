// SPDX-License-Identifier: LGPL-2.1-or-later
/** Which libvirt connection a VM belongs to: the host's, or the signed-in user's own. */
export type ConnectionName = 'system' | 'session';

/** Identity of a VM on this host. The name may change (rename), the UUID does not. */
export interface VmIdentity {
  readonly connection: ConnectionName;
  readonly name: string;
  readonly uuid: string;
}
