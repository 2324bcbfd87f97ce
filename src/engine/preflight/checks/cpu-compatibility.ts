// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable } from '../fact.ts';
import { type CpuBaseline, cpuBaselineFact, hasHostCpu } from '../facts/cpu-baseline.ts';
import { cpuComparisonFact } from '../facts/cpu-comparison.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import { destinationHostFact, type Host, sourceHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

/** The command that compares by hand. */
function showComparison({ config }: SourceDomain): Remedy {
  return {
    text: msg(
      'Show what the destination lacks: copy the <cpu> of the VM (virsh dumpxml --migratable) to cpu.xml there, and compare.',
    ),
    command: shellCommand(
      ...['virsh', 'hypervisor-cpu-compare', 'cpu.xml', '--virttype', config.type],
      ...['--arch', config.os.arch, '--machine', config.os.machine, '--error'],
    ),
    host: 'destination',
  };
}

/** What to do, if possible with a CPU that both hosts provide. Otherwise the details say why there is none. */
interface Cure {
  readonly common: boolean;
  readonly details: readonly Message[];
  readonly remedies: readonly [Remedy, ...Remedy[]];
}

function cureWith(baseline: FactResult<CpuBaseline>, domain: SourceDomain): Cure {
  const common = baseline.available && baseline.value.kind === 'common' ? baseline.value.xml : undefined;
  if (common !== undefined) {
    return {
      common: true,
      details: [],
      remedies: [
        {
          text: msg(
            'Give the VM this CPU, which both hosts have. Replace <cpu> in the definition, shut the VM off, start it again, and migrate it.',
          ),
          command: shellCommand('virsh', 'edit', domain.config.uuid),
          host: 'source',
          xml: common,
        },
        { text: msg('Choose a destination whose CPU has all features of the VM’s CPU.') },
      ],
    };
  }
  return {
    common: false,
    details: baseline.available
      ? []
      : [msg('No CPU that both hosts have can be offered as XML. $0', baseline.why)],
    remedies: [
      {
        text: msg(
          'Give the VM a CPU model that both hosts have: edit the definition, shut the VM off and start it again.',
        ),
        command: shellCommand('virsh', 'edit', domain.config.uuid),
        host: 'source',
      },
      { text: msg('Choose a destination whose CPU has all features of the VM’s CPU.') },
    ],
  };
}

const microcode: Remedy = {
  text: msg(
    'Install the same microcode and kernel on both hosts, or give the VM a CPU model that does not depend on the host.',
  ),
};

const crash = {
  risk: msg('If the guest uses a CPU feature that the destination lacks, the guest crashes there.'),
};

function judgePassthrough(source: Host, destination: Host, cure: Cure): Judgement {
  const missing = source.cpuFeatures.filter((feature) => !destination.cpuFeatures.includes(feature));
  if (source.cpuModel === '' || destination.cpuModel === '') {
    throw new FactUnavailable({ why: msg('Not checked: one of the hosts does not say which CPU it has.') });
  }
  if (source.cpuModel === destination.cpuModel && missing.length === 0) {
    return {
      verdict: 'warn',
      found: msg(
        'Both hosts have a $0 CPU. The VM uses the CPU of the host itself (host-passthrough), which libvirt cannot compare further.',
        source.cpuModel,
      ),
      details: cure.details,
      remedies: cure.common ? [cure.remedies[0], microcode] : [microcode],
    };
  }
  return {
    verdict: 'block',
    found: msg(
      'The CPUs differ: $0 on this host, $1 on the destination. The VM uses the CPU of the host itself (host-passthrough).',
      source.cpuModel,
      destination.cpuModel,
    ),
    details: [
      ...(missing.length === 0 ? [] : [msg('The destination does not list: $0.', missing.join(', '))]),
      ...cure.details,
    ],
    remedies: cure.remedies,
    override: crash,
  };
}

const hostModel = msg(
  'The definition has host-model: when the VM was started, it got all features of this host’s CPU.',
);

/** Does QEMU on the destination offer every feature of the VM's CPU? */
export const cpuCompatibilityCheck = defineCheck({
  id: 'cpu-compatibility',
  title: msg('CPU'),
  group: 'cpu-memory',
  why: msg(
    'A running guest keeps using the CPU features with which it started. If the destination lacks one, QEMU refuses the VM or the guest crashes.',
  ),
  needs: { domain: domainFact, comparison: cpuComparisonFact },
  wants: { source: sourceHostFact, destination: destinationHostFact, baseline: cpuBaselineFact },
  judge: ({ domain, comparison, source, destination, baseline }): Judgement => {
    if (hasHostCpu(domain) && !comparison.kind.startsWith('no-such')) {
      for (const host of [source, destination]) {
        if (!host.available) throw new FactUnavailable(host);
      }
      if (source.available && destination.available) {
        return judgePassthrough(source.value, destination.value, cureWith(baseline, domain));
      }
    }
    switch (comparison.kind) {
      case 'default-cpu':
        return { verdict: 'pass', found: msg('The VM uses the basic CPU of QEMU, which every host offers.') };
      case 'compatible':
        return {
          verdict: 'pass',
          found: msg(
            'The destination offers all features of the VM’s CPU ($0).',
            domain.config.cpu.model ?? domain.config.cpu.mode,
          ),
        };
      case 'incompatible': {
        const { details, remedies } = cureWith(baseline, domain);
        return {
          verdict: 'block',
          found:
            comparison.missing.length === 0
              ? msg('The destination does not offer the CPU of the VM.')
              : msg(
                  'The destination lacks these features of the VM’s CPU: $0.',
                  comparison.missing.join(', '),
                ),
          details: [...(domain.stored?.cpu.mode === 'host-model' ? [hostModel] : []), ...details],
          original: comparison.original,
          remedies: [...remedies, showComparison(domain)],
          // In this case libvirt does not compare, and QEMU omits what it cannot provide, maybe on this host already.
          ...((domain.migratable ?? domain.config).cpu.check === 'none' ? { override: crash } : {}),
        };
      }
      case 'no-such-machine':
      case 'no-such-emulator':
        throw new FactUnavailable({
          why: msg('Not checked: QEMU on the destination cannot run this VM at all, whatever its CPU.'),
          original: comparison.original,
        });
      case 'not-compared':
        throw new FactUnavailable({
          why: msg('Not checked: the destination could not compare the CPU of the VM with its own.'),
          original: comparison.original,
          remedies: [showComparison(domain)],
        });
    }
  },
});
