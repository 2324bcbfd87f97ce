// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import type { FileReading } from '../facts/host-reading/index.ts';
import type { Comparison } from './same-file.ts';

/**
 * Types of block devices that are local to a host, by the kernel's major number (Documentation/admin-guide/devices.txt; ZFS
 * registers 230): the same name on another host proves nothing.
 */
const ownKinds: ReadonlyMap<number, string> = new Map([
  [1, 'RAM disk'],
  [7, 'loop'],
  [43, 'NBD'],
  [230, 'zvol'],
]);

/** multipath's name of a device is the SCSI name with the type of the identifier as a leading digit (scsi_id, VPD page 0x83). */
const multipathTypes: ReadonlyMap<string, string> = new Map([
  ['3', 'naa'],
  ['2', 'eui'],
]);

/**
 * One form for the names that the kernel, multipath and dm-crypt give to the same medium; undefined for a name that a host chose.
 */
export function normalizeDeviceId(id: string): string | undefined {
  const partition = /^part(\d+)-(.+)$/.exec(id);
  if (partition !== null) {
    const whole = normalizeDeviceId(partition[2] ?? '');
    return whole === undefined ? undefined : `${whole}, partition ${partition[1] ?? ''}`;
  }
  const [, type = '', digits = ''] = /^mpath-([23])([0-9a-f]{16,32})$/i.exec(id) ?? [];
  const scheme = multipathTypes.get(type);
  if (scheme !== undefined) return `${scheme}.${digits.toLowerCase()}`;
  // With multipath, NVMe keeps the kernel's name.
  const nvme = /^mpath-((?:eui|uuid|nvme)\..+)$/i.exec(id)?.[1];
  if (nvme !== undefined) return nvme.toLowerCase();
  // The UUID of the LUKS header is followed by the name that this host gave to the opened device.
  const luks = /^CRYPT-(LUKS\d?-[0-9a-f]{32})/i.exec(id)?.[1];
  if (luks !== undefined) return `CRYPT-${luks}`;
  if (/^CRYPT-/i.test(id)) return undefined;
  return /^(naa|eui|t10|uuid|nvme)\./i.test(id) ? id.toLowerCase() : id;
}

/** Only identifiers of the same type can be compared; a multipath device and its paths have different ones. */
function schemeOf(id: string): string {
  const kind = /^(naa|eui|t10|uuid|nvme)\.|^(LVM|CRYPT|rbd|mpath)[- ]/i.exec(id);
  return (kind?.[1] ?? kind?.[2] ?? 'serial').toLowerCase();
}

function identifiers({ deviceIds }: FileReading): readonly string[] {
  return [...new Set(deviceIds.flatMap((id) => normalizeDeviceId(id) ?? []))];
}

/** Compares two block devices by the identifier of the medium, or by type and first mebibyte if there is none. */
export function compareDevices(here: FileReading, there: FileReading, name: string): Comparison {
  const [mine, theirs] = [identifiers(here), identifiers(there)];
  const common = mine.find((id) => theirs.includes(id));
  if (common !== undefined) return { kind: 'same', evidence: msg('The device is $0 on both hosts.', common) };
  const comparable = mine.some((id) => theirs.some((other) => schemeOf(id) === schemeOf(other)));
  if (comparable)
    return {
      kind: 'different',
      evidence: msg('The device is $0 on this host and $1 on $2.', mine.join(', '), theirs.join(', '), name),
    };
  const own = ownKinds.get(here.major ?? -1) ?? ownKinds.get(there.major ?? -1);
  if (own !== undefined)
    return {
      kind: 'different',
      evidence: msg('Each host makes devices of that kind ($0) for itself.', own),
      doubtful: true,
    };
  if (here.digest !== undefined && there.digest !== undefined && here.digest !== there.digest)
    return {
      kind: 'different',
      evidence: msg('The first mebibyte of the device on $0 differs from that on this host.', name),
      doubtful: true,
    };
  return {
    kind: 'not-proved',
    evidence: msg('The device has no identifier to compare (WWN, serial number).'),
  };
}
