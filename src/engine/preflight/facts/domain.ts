// SPDX-License-Identifier: LGPL-2.1-or-later
import { type DomainConfig, parseDomain } from '../../../libvirt/domain-xml.ts';
import type { VirshAnswer } from '../../../libvirt/virsh.ts';
import { XmlError } from '../../../libvirt/xml.ts';
import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { parseStats, statOf } from './domain-stats.ts';
import { requireAnswer, sourceAnswersFact } from './source-answers.ts';

/** The VM on this host at present. */
export interface SourceDomain {
  /** The live definition; for a VM that is shut off, the stored one. */
  readonly config: DomainConfig;
  /** The definition as it is sent to the destination: without parts that belong to this host. */
  readonly migratable?: DomainConfig;
  /** `<cpu>` of that definition: what the running guest really has. */
  readonly migratableCpuXml?: string;
  /** The definition for the next start of the VM. A permanent migration moves it. */
  readonly stored?: DomainConfig;
  /** libvirt's numbers: virDomainState and its reason. */
  readonly state: number;
  readonly reason: number;
  /** Output of `virsh domjobinfo`, or its error. */
  readonly job: string;
  /** Memory of the guest, in bytes. */
  readonly memoryBytes: number;
  /** Resident memory of the QEMU process, in bytes; absent if the VM does not run. */
  readonly residentBytes?: number;
}

/** It may be missing, because only warnings and texts depend on it. */
function storedOf(answer: VirshAnswer | undefined): DomainConfig | undefined {
  if (answer?.ok !== true) return undefined;
  try {
    return parseDomain(answer.text);
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** The VM on this host. */
export const domainFact = defineFact<SourceDomain, { answers: typeof sourceAnswersFact }>({
  name: 'domain',
  choices: ['vm'],
  needs: { answers: sourceAnswersFact },
  gather: ({ answers }) => {
    const config = parseDomain(requireAnswer(answers, 'dumpxml'));
    // Without it, a VM with an unknown CPU would be treated as one without a CPU definition.
    const sent = parseDomain(requireAnswer(answers, 'dumpxml-migratable'));
    const { cpuXml } = sent;
    const stored = storedOf(answers.get('dumpxml-inactive'));
    const stats = parseStats(requireAnswer(answers, 'domstats'))[0]?.values;
    const state = statOf(stats, 'state.state');
    const reason = statOf(stats, 'state.reason');
    if (stats === undefined || state === undefined || reason === undefined) {
      throw new FactUnavailable({ why: msg('This host did not say in which state the VM is.') });
    }
    const resident = statOf(stats, 'balloon.rss');
    const job = answers.get('domjobinfo');
    return {
      config,
      migratable: sent,
      ...(cpuXml === undefined ? {} : { migratableCpuXml: cpuXml }),
      ...(stored === undefined ? {} : { stored }),
      state,
      reason,
      job: job?.ok === true ? job.text : (job?.error ?? ''),
      memoryBytes: config.currentMemoryBytes,
      ...(resident === undefined ? {} : { residentBytes: resident * 1024 }),
    };
  },
});
