// SPDX-License-Identifier: LGPL-2.1-or-later

/** A path on the host that QEMU or libvirt opens when the VM starts. */
export interface DomainPath {
  /** The element, for example `serial`, `channel`, `rng`, `memory`, `rom`, `kernel`. */
  readonly device: string;
  readonly path: string;
  /**
   * `exists`: it has to exist. `parent`: it is created, so its folder has to exist. `pipe`: it, or two files with `.in` and `.out`
   * appended. `listener`: a socket on which a program has to listen. `afterwards`: it is run when the VM ends, and not needed
   * before.
   */
  readonly wants: 'exists' | 'parent' | 'pipe' | 'listener' | 'afterwards';
  /** The size that a file for memory needs. */
  readonly leastBytes?: number;
}

/** The path that an element names, if it is absolute. QEMU searches a relative one in its own folders. */
export function absolutePaths(
  device: string,
  path: string | undefined,
  wants: DomainPath['wants'] = 'exists',
): readonly DomainPath[] {
  const trimmed = path?.trim() ?? '';
  return trimmed.startsWith('/') ? [{ device, path: trimmed, wants }] : [];
}
