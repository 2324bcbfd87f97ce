// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Check } from '../check.ts';
import { activeJobCheck } from './active-job.ts';
import { authenticationCheck } from './authentication.ts';
import { clockSkewCheck } from './clock-skew.ts';
import { controlPortCheck } from './control-port.ts';
import { cpuCompatibilityCheck } from './cpu-compatibility.ts';
import { dataPathCheck } from './data-path.ts';
import { dataPortsCheck } from './data-ports.ts';
import { deviceFilesCheck } from './device-files.ts';
import { dirtyRateCheck } from './dirty-rate.ts';
import { diskCacheCheck } from './disk-cache.ts';
import { diskPathCheck } from './disk-path.ts';
import { diskSpaceCheck } from './disk-space.ts';
import { downtimeSensitiveCheck } from './downtime-sensitive.ts';
import { firmwareCheck } from './firmware.ts';
import { freeMemoryCheck } from './free-memory.ts';
import { graphicsListenCheck } from './graphics-listen.ts';
import { hostDevicesCheck } from './host-devices.ts';
import { hostIdentityCheck } from './host-identity.ts';
import { hugepagesCheck } from './hugepages.ts';
import { hypervisorVersionCheck } from './hypervisor-version.ts';
import { knownBadPairsCheck } from './known-bad-pairs.ts';
import { lockManagerCheck } from './lock-manager.ts';
import { machineTypeCheck } from './machine-type.ts';
import { nameCollisionCheck } from './name-collision.ts';
import { nameResolutionCheck } from './name-resolution.ts';
import { networkSourcesCheck } from './network-sources.ts';
import { otherManagerCheck } from './other-manager.ts';
import { permissionsCheck } from './permissions.ts';
import { qemuBlockersCheck } from './qemu-blockers.ts';
import { removableMediaCheck } from './removable-media.ts';
import { securityDriverCheck } from './security-driver.ts';
import { sharedFoldersCheck } from './shared-folders.ts';
import { sharedStorageCheck } from './shared-storage.ts';
import { snapshotsCheck } from './snapshots.ts';
import { temporaryRulesCheck } from './temporary-rules.ts';
import { tpmCheck } from './tpm.ts';
import { tscFrequencyCheck } from './tsc-frequency.ts';
import { uriCheck } from './uri.ts';
import { vcpuCountCheck } from './vcpu-count.ts';
import { virtualizationTypeCheck } from './virtualization-type.ts';
import { vmStateCheck } from './vm-state.ts';

/** All checks in the order in which they are shown. */
export const checks: readonly Check[] = [
  uriCheck,
  nameResolutionCheck,
  controlPortCheck,
  authenticationCheck,
  permissionsCheck,
  hostIdentityCheck,
  hypervisorVersionCheck,
  knownBadPairsCheck,
  vmStateCheck,
  activeJobCheck,
  snapshotsCheck,
  qemuBlockersCheck,
  otherManagerCheck,
  temporaryRulesCheck,
  nameCollisionCheck,
  machineTypeCheck,
  virtualizationTypeCheck,
  cpuCompatibilityCheck,
  tscFrequencyCheck,
  vcpuCountCheck,
  freeMemoryCheck,
  hugepagesCheck,
  sharedStorageCheck,
  diskPathCheck,
  diskCacheCheck,
  diskSpaceCheck,
  removableMediaCheck,
  sharedFoldersCheck,
  firmwareCheck,
  tpmCheck,
  hostDevicesCheck,
  networkSourcesCheck,
  graphicsListenCheck,
  deviceFilesCheck,
  securityDriverCheck,
  lockManagerCheck,
  clockSkewCheck,
  downtimeSensitiveCheck,
  dataPortsCheck,
  dataPathCheck,
  dirtyRateCheck,
];
