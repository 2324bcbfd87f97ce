// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { requireAnswer, sourceAnswersFact } from './source-answers.ts';

/** Versions of a host's daemon and QEMU, for example `9.0.0`. */
export interface Versions {
  readonly libvirt: string;
  readonly qemu: string;
}

/** Parses the English output of `virsh version --daemon`; undefined if one of the two is missing. */
export function parseVersions(text: string): Versions | undefined {
  const qemu = /^Running hypervisor:\s*\S+\s+(\d+(?:\.\d+)*)\s*$/m.exec(text)?.[1];
  const libvirt = /^Running against daemon:\s*(?:libvirt\s+)?(\d+(?:\.\d+)*)\s*$/m.exec(text)?.[1];
  return qemu === undefined || libvirt === undefined ? undefined : { libvirt, qemu };
}

/** Negative if the first version is older than the second, 0 if they are the same. */
export function compareVersions(one: string, other: string): number {
  const [first, second] = [one, other].map((version) => version.split('.').map(Number));
  for (let index = 0; index < Math.max(first?.length ?? 0, second?.length ?? 0); index++) {
    const difference = (first?.[index] ?? 0) - (second?.[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function versionsOf(text: string): Versions {
  const versions = parseVersions(text);
  if (versions === undefined)
    throw new FactUnavailable({
      why: msg('One of the hosts did not say its versions.'),
      original: text,
    });
  return versions;
}

/** Of this host. */
export const sourceVersionsFact = defineFact<Versions, { answers: typeof sourceAnswersFact }>({
  name: 'source-versions',
  needs: { answers: sourceAnswersFact },
  gather: ({ answers }) => versionsOf(requireAnswer(answers, 'version')),
});

/** Of the destination. */
export const destinationVersionsFact = defineFact<Versions, { libvirt: typeof destinationLibvirtFact }>({
  name: 'destination-versions',
  needs: { libvirt: destinationLibvirtFact },
  gather: async ({ libvirt }) => {
    const answer = await destinationAnswer(libvirt, 'version');
    return versionsOf(answer.ok ? answer.text : answer.error);
  },
});
