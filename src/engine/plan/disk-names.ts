// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * Parses names of disks in the guest, separated by commas as in virsh (`vda,vdb`): sorted, without duplicates. Undefined for any
 * other text. The names follow libvirt's schema (`diskTarget` in domaincommon.rng).
 */
export function parseDiskNames(text: string): readonly string[] | undefined {
  const names = text.split(',').map((name) => name.trim());
  return names.every((name) => /^(fd|hd|sd|vd|xvd|ubd)\w{1,16}$/.test(name))
    ? [...new Set(names)].sort()
    : undefined;
}
