// SPDX-License-Identifier: LGPL-2.1-or-later

/** Lines that follow from another one, or that QEMU always writes. */
const noReason = [
  /terminating on signal/,
  /\bwarning: /,
  /Domain id=\d+ is tainted/,
  /shutting down, reason=/,
  /initiating migration/,
  /Unable to shutdown socket/,
  /Sibling indicated error/,
  /for OFD lock probing/,
  /load of migration failed/,
];

/** A line of QEMU or libvirt, after the time. */
const line = /^\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d{4}:?)\s*:?\s*(?:[\w./-]*qemu[\w.-]*: )?(.*)$/;

/**
 * Why QEMU stopped, from its log: the first line of QEMU that does not follow from another one. "load of migration failed: Invalid
 * argument" gives no reason, so it is used only if there is no other line.
 */
export function reasonInLog(log: string): string | undefined {
  const said = log.split('\n').flatMap((each) => line.exec(each.trim())?.[1] ?? []);
  const own = said.filter(
    (each) => !noReason.some((pattern) => pattern.test(each)) && !each.includes('starting up'),
  );
  return own[0] ?? said.find((each) => each.includes('load of migration failed'));
}
