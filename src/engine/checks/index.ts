// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Check } from '../check.ts';
import { activeJobCheck } from './active-job.ts';
import { authenticationCheck } from './authentication.ts';
import { controlPortCheck } from './control-port.ts';
import { cpuCompatibilityCheck } from './cpu-compatibility.ts';
import { dataPortsCheck } from './data-ports.ts';
import { dirtyRateCheck } from './dirty-rate.ts';
import { hostIdentityCheck } from './host-identity.ts';
import { nameCollisionCheck } from './name-collision.ts';
import { otherManagerCheck } from './other-manager.ts';
import { sharedStorageCheck } from './shared-storage.ts';
import { snapshotsCheck } from './snapshots.ts';
import { temporaryRulesCheck } from './temporary-rules.ts';
import { uriCheck } from './uri.ts';
import { vmStateCheck } from './vm-state.ts';

/** All checks in the order in which they are shown. */
export const checks: readonly Check[] = [
  uriCheck,
  controlPortCheck,
  authenticationCheck,
  hostIdentityCheck,
  vmStateCheck,
  activeJobCheck,
  snapshotsCheck,
  otherManagerCheck,
  temporaryRulesCheck,
  nameCollisionCheck,
  cpuCompatibilityCheck,
  sharedStorageCheck,
  dataPortsCheck,
  dirtyRateCheck,
];
