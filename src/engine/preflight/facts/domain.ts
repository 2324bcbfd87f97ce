// SPDX-License-Identifier: LGPL-2.1-or-later
import { type DomainConfig, parseDomain } from '../../../libvirt/domain-xml.ts';
import type { VirshAnswer } from '../../../libvirt/virsh.ts';
import { XmlError } from '../../../libvirt/xml.ts';
import { msg } from '../../base/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { parseStats, statOf } from './domain-stats.ts';
import { requireAnswer, sourceAnswersFact } from './source-answers.ts';

/** The VM as libvirt on this host has it now. */
export interface SourceDomain {
  /** The live definition; of a VM that is shut off, the stored one. */
  readonly config: DomainConfig;
  /** The definition as it would be sent to the destination: without what is of this host alone. */
  readonly migratable?: DomainConfig;
  /** `<cpu>` of that: what the running guest was really given. */
  readonly migratableCpuXml?: string;
  /** The definition with which the VM is started the next time; a permanent migration takes it along. */
  readonly stored?: DomainConfig;
  /** libvirt's numbers: virDomainState and the reason that belongs to it. */
  readonly state: number;
  readonly reason: number;
  /** Text of `virsh domjobinfo`, for what is going on with the VM, or what it said in its place. */
  readonly job: string;
  /** Memory of the guest, in bytes. */
  readonly memoryBytes: number;
  /** Memory that the QEMU process holds, in bytes; absent when the VM does not run. */
  readonly residentBytes?: number;
}

/** Only warnings and words depend on it, so that it may be missing. */
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
    // Without it, a VM whose CPU is not known would be one without a CPU of its own.
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
