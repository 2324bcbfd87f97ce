// SPDX-License-Identifier: LGPL-2.1-or-later

/** Lines that follow from another one, or that every QEMU writes. */
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

/** A line of QEMU's own or of libvirt's, behind the time. */
const line = /^\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z|[+-]\d{4}:?)\s*:?\s*(?:[\w./-]*qemu[\w.-]*: )?(.*)$/;

/**
 * Why QEMU gave up, by its log: the first of its own lines that is no consequence of another. "load of migration failed: Invalid
 * argument" says that it failed, and is taken where nothing else is there.
 */
export function reasonInLog(log: string): string | undefined {
  const said = log.split('\n').flatMap((each) => line.exec(each.trim())?.[1] ?? []);
  const own = said.filter(
    (each) => !noReason.some((pattern) => pattern.test(each)) && !each.includes('starting up'),
  );
  return own[0] ?? said.find((each) => each.includes('load of migration failed'));
}
