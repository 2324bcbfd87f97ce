// SPDX-License-Identifier: LGPL-2.1-or-later
/** virDomainMigrateFlags that this project uses, by libvirt's name without VIR_MIGRATE_. */
export const migrateFlags = { LIVE: 1, PEER2PEER: 2, PERSIST_DEST: 8, UNDEFINE_SOURCE: 16 } as const;

/** virDomainStatsTypes. */
export const statsGroups = { STATE: 1, BALLOON: 4, VCPU: 8 } as const;

/** virConnectGetAllDomainStatsFlags: only transient domains. */
export const onlyTransient = 8;

/**
 * virConnectGetAllDomainStatsFlags: what would have to wait for a job is left out. Without it one VM that arrives from
 * another host keeps everybody waiting for 30 s.
 */
export const noWait = 2 ** 29;

/** Methods that are called, with the signature of their arguments. A test holds them against libvirt-dbus's own files. */
export const connectMethods = {
  GetAllDomainStats: 'uu',
  DomainLookupByName: 's',
} as const;

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
