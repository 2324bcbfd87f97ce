// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * The longest pause that QEMU accepts as its `downtime-limit`: 2000 s, as `MAX_MIGRATE_DOWNTIME_SECONDS` of its
 * `migration/options.c` says.
 */
export const longestDowntimeMilliseconds = 2_000_000;
