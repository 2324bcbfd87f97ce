// SPDX-License-Identifier: LGPL-2.1-or-later

/** What a check looks at, in the order in which the groups are shown. */
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
