// SPDX-License-Identifier: LGPL-2.1-or-later
import { type DomainConfig, parseDomain } from '../../libvirt/domain-xml.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { msg } from '../message.ts';
import { parseStats } from './domain-stats.ts';
import { requireAnswer, sourceAnswersFact } from './source-answers.ts';

/** The VM as libvirt on this host has it now. */
export interface SourceDomain {
  /** The live definition; of a VM that is shut off, the stored one. */
  readonly config: DomainConfig;
  /** `<cpu>` as it would be sent to the destination: what the running guest was really given. */
  readonly migratableCpuXml?: string;
  /** libvirt's numbers: virDomainState and the reason that belongs to it. */
  readonly state: number;
  readonly reason: number;
  /** Text of `virsh domjobinfo`, for what is going on with the VM. */
  readonly job: string;
  /** What a measurement of the dirty rate is doing: true while one runs. */
  readonly measuringDirtyRate: boolean;
  /** Memory of the guest, in bytes. */
  readonly memoryBytes: number;
  /** Memory that the QEMU process holds, in bytes; absent when the VM does not run. */
  readonly residentBytes?: number;
}

/** The VM on this host. */
export const domainFact = defineFact<SourceDomain, { answers: typeof sourceAnswersFact }>({
  name: 'domain',
  choices: ['vm'],
  needs: { answers: sourceAnswersFact },
  gather: ({ answers }) => {
    const config = parseDomain(requireAnswer(answers, 'dumpxml'));
    const migratable = answers.get('dumpxml-migratable');
    const stats = parseStats(requireAnswer(answers, 'domstats'))[0]?.values;
    const state = Number(stats?.get('state.state'));
    if (stats === undefined || !Number.isInteger(state)) {
      throw new FactUnavailable({ why: msg('libvirt did not tell the state of the VM.') });
    }
    const resident = Number(stats.get('balloon.rss') ?? NaN);
    const job = answers.get('domjobinfo');
    const cpuXml = migratable?.ok === true ? parseDomain(migratable.text).cpuXml : undefined;
    return {
      config,
      ...(cpuXml === undefined ? {} : { migratableCpuXml: cpuXml }),
      state,
      reason: Number(stats.get('state.reason') ?? 0),
      job: job?.ok === true ? job.text : '',
      measuringDirtyRate: stats.get('dirtyrate.calc_status') === '1',
      memoryBytes: config.currentMemoryBytes,
      ...(Number.isFinite(resident) ? { residentBytes: resident * 1024 } : {}),
    };
  },
});
