// SPDX-License-Identifier: LGPL-2.1-or-later
import { attribute, child, children, parseXml, textOf } from './xml.ts';

/** What `<cpu>` of a definition says of the guest's CPU. */
export interface GuestCpu {
  readonly vendor?: string;
  readonly model?: string;
  /** Features that are named, and their policy: `require`, `disable`... */
  readonly features: ReadonlyMap<string, string>;
  /** How many logical CPUs are in one socket. */
  readonly siblings: number;
}

/** Reads a `<cpu>` element. */
export function parseGuestCpu(xml: string | undefined): GuestCpu {
  if (xml === undefined) return { features: new Map(), siblings: 1 };
  const cpu = parseXml(xml);
  const text = (name: string): string | undefined => {
    const element = child(cpu, name);
    const value = element === undefined ? '' : textOf(element).trim();
    return value === '' ? undefined : value;
  };
  const topology = child(cpu, 'topology');
  const siblings = ['dies', 'clusters', 'cores', 'threads'].reduce(
    (product, name) => product * Number(attribute(topology, name) ?? 1),
    1,
  );
  const vendor = text('vendor');
  const model = text('model');
  return {
    features: new Map(
      children(cpu, 'feature').map((feature) => [
        attribute(feature, 'name') ?? '',
        attribute(feature, 'policy') ?? 'require',
      ]),
    ),
    siblings,
    ...(vendor === undefined ? {} : { vendor }),
    ...(model === undefined ? {} : { model }),
  };
}
