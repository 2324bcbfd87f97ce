// SPDX-License-Identifier: LGPL-2.1-or-later

/** The groups of checks, in the order in which they are shown. */
export const checkGroups = [
  'connection',
  'host',
  'cpu-memory',
  'storage',
  'network',
  'devices',
  'guest',
] as const;

export type CheckGroup = (typeof checkGroups)[number];
