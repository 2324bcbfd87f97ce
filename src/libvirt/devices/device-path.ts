// SPDX-License-Identifier: LGPL-2.1-or-later

/** A path on the host that QEMU or libvirt opens when the VM starts. */
export interface DomainPath {
  /** The element, for example `serial`, `channel`, `rng`, `memory`, `rom`, `kernel`. */
  readonly device: string;
  readonly path: string;
  /**
   * `exists`: it has to be there. `parent`: it is made, so its folder has to be there. `pipe`: it, or in its place two
   * with `.in` and `.out` at the end. `listener`: it is a socket on which somebody has to listen. `afterwards`: it is run
   * when the VM ends, and nobody minds until then.
   */
  readonly wants: 'exists' | 'parent' | 'pipe' | 'listener' | 'afterwards';
  /** What a file behind memory has to hold. */
  readonly leastBytes?: number;
}

/** The path that an element names, if it is absolute; QEMU looks for a relative one in folders of its own. */
export function absolutePaths(
  device: string,
  path: string | undefined,
  wants: DomainPath['wants'] = 'exists',
): readonly DomainPath[] {
  const trimmed = path?.trim() ?? '';
  return trimmed.startsWith('/') ? [{ device, path: trimmed, wants }] : [];
}
