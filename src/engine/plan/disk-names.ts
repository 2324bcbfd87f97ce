// SPDX-License-Identifier: LGPL-2.1-or-later
/**
 * Names of disks in the guest, separated by commas, as virsh takes them (`vda,vdb`): sorted, each once. Undefined for anything
 * that is no such list; the names are those of libvirt's schema (`diskTarget` in domaincommon.rng).
 */
export function parseDiskNames(text: string): readonly string[] | undefined {
  const names = text.split(',').map((name) => name.trim());
  return names.every((name) => /^(fd|hd|sd|vd|xvd|ubd)\w{1,16}$/.test(name))
    ? [...new Set(names)].sort()
    : undefined;
}
