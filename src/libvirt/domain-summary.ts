// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DBusValue } from '../platform/platform.ts';
import { domainPath } from './schema.ts';

/** VIR_DOMAIN_SHUTOFF */
const shutOff = 5;

/** One domain in a list. */
export interface DomainSummary {
  readonly name: string;
  readonly uuid: string;
  readonly path: string;
  /** False for a definition that does not run. */
  readonly active: boolean;
  /** virDomainState and its reason. */
  readonly state: number;
  readonly reason: number;
  readonly vcpus?: number;
  readonly memoryBytes?: number;
  readonly persistent: boolean;
  readonly autostart?: boolean;
}

/** A domain from GetAllDomainStats or GetStats. */
export function summaryOf(
  name: string,
  uuid: string,
  values: ReadonlyMap<string, DBusValue>,
): Omit<DomainSummary, 'persistent'> {
  const number = (key: string): number | undefined => {
    const value = values.get(key);
    return typeof value === 'number' ? value : undefined;
  };
  // VIR_DOMAIN_NOSTATE, if libvirt reports none.
  const state = number('state.state') ?? 0;
  const vcpus = number('vcpu.current');
  const kib = number('balloon.current');
  return {
    name,
    uuid,
    path: domainPath(uuid),
    active: state !== shutOff,
    state,
    reason: number('state.reason') ?? 0,
    ...(vcpus === undefined ? {} : { vcpus }),
    ...(kib === undefined ? {} : { memoryBytes: kib * 1024 }),
  };
}
