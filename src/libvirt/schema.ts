// SPDX-License-Identifier: LGPL-2.1-or-later
/** virDomainMigrateFlags that this project uses, by libvirt's name without VIR_MIGRATE_. */
export const migrateFlags = {
  LIVE: 1,
  PEER2PEER: 2,
  PERSIST_DEST: 8,
  UNDEFINE_SOURCE: 16,
  NON_SHARED_DISK: 64,
  AUTO_CONVERGE: 8192,
  POSTCOPY: 32768,
} as const;

/** virDomainStatsTypes. */
export const statsGroups = { STATE: 1, BALLOON: 4, VCPU: 8 } as const;

/** virConnectGetAllDomainStatsFlags: only transient domains. */
export const onlyTransient = 8;

/**
 * virConnectGetAllDomainStatsFlags: omits values that would have to wait for a job. Without it, one incoming VM blocks all callers
 * for 30 s.
 */
export const noWait = 2 ** 29;

/** The path of libvirt-dbus's object for QEMU, on the system bus and on a session bus. */
export const connectPath = '/org/libvirt/QEMU';
export const connectInterface = 'org.libvirt.Connect';
export const domainInterface = 'org.libvirt.Domain';

/** The interface of a domain. */
export function domainPath(uuid: string): string {
  return `${connectPath}/domain/_${uuid.replaceAll('-', '_')}`;
}

/** The methods that are called, with the signatures of their arguments. A test compares them with libvirt-dbus's own files. */
export const connectMethods = {
  GetAllDomainStats: 'uu',
} as const;

/** As {@link connectMethods}, of a domain. */
export const domainMethods = {
  AbortJob: '',
  Create: 'u',
  Destroy: 'u',
  GetJobStats: 'u',
  GetMetadata: 'isu',
  GetState: 'u',
  GetStats: 'uu',
  MigrateToURI3: 'sa{sv}u',
  Reboot: 'u',
  Reset: 'u',
  Resume: '',
  SetMetadata: 'isssu',
  Shutdown: 'u',
  Suspend: '',
} as const;

/** The signals that are used, with the signatures of their values. */
export const connectSignals = { DomainEvent: 'oii' } as const;

/** As {@link connectSignals}, of a domain. */
export const domainSignals = {
  BalloonChange: 't',
  JobCompleted: 'a{sv}',
  MetadataChange: 'is',
  MigrationIteration: 'i',
} as const;
