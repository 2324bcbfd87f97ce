// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg, type Remedy, shellCommand } from '../../base/index.ts';
import { defineCheck } from '../check.ts';
import { type FactResult, FactUnavailable } from '../fact.ts';
import { type CpuBaseline, cpuBaselineFact, hasHostCpu } from '../facts/cpu-baseline.ts';
import { cpuComparisonFact } from '../facts/cpu-comparison.ts';
import { domainFact, type SourceDomain } from '../facts/domain.ts';
import { destinationHostFact, type Host, sourceHostFact } from '../facts/hosts.ts';
import type { Judgement } from '../finding.ts';

/** How to see the comparison by hand. */
function byHand({ config }: SourceDomain): Remedy {
  return {
    text: msg(
      'See it by hand: put the <cpu> of the VM (virsh dumpxml --migratable) into a file on the destination.',
    ),
    command: shellCommand(
      ...['virsh', 'hypervisor-cpu-compare', 'cpu.xml', '--virttype', config.type],
      ...['--arch', config.os.arch, '--machine', config.os.machine, '--error'],
    ),
    host: 'destination',
  };
}

/** What to do, with a CPU of which libvirt on both hosts says that it is there; or why there is none to offer. */
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
            'Give the VM this CPU, which both hosts have: shut it off, put this in place of <cpu> in its definition, start it, and migrate it then.',
          ),
          command: shellCommand('virsh', 'edit', domain.config.uuid),
          host: 'source',
          xml: common,
        },
        { text: msg('Or choose a destination whose CPU has all that the VM has.') },
      ],
    };
  }
  return {
    common: false,
    details: baseline.available
      ? []
      : [msg('There is no CPU of both hosts to offer as XML. $0', baseline.why)],
    remedies: [
      {
        text: msg(
          'Give the VM a CPU model that both hosts have (in its definition, then shut it off and start it), or choose a destination with a newer CPU.',
        ),
      },
    ],
  };
}

const microcode: Remedy = {
  text: msg(
    'Microcode and kernel should be the same on both. A CPU model of its own makes the VM independent of that.',
  ),
};

const crash = {
  risk: msg('If the guest uses something that the other CPU lacks, it crashes on the destination.'),
};

function judgePassthrough(source: Host, destination: Host, cure: Cure): Judgement {
  const missing = source.cpuFeatures.filter((feature) => !destination.cpuFeatures.includes(feature));
  if (source.cpuModel === '' || destination.cpuModel === '') {
    throw new FactUnavailable({ why: msg('One of the hosts does not tell which CPU it has.') });
  }
  if (source.cpuModel === destination.cpuModel && missing.length === 0) {
    return {
      verdict: 'warn',
      found: msg(
        "The VM sees the host's CPU itself (host-passthrough). Both hosts have $0; libvirt cannot compare more than that.",
        source.cpuModel,
      ),
      details: cure.details,
      remedies: cure.common ? [cure.remedies[0], microcode] : [microcode],
    };
  }
  return {
    verdict: 'block',
    found: msg(
      "The VM sees the host's CPU itself (host-passthrough), and the hosts differ: $0 here, $1 there.",
      source.cpuModel,
      destination.cpuModel,
    ),
    details: [
      ...(missing.length === 0 ? [] : [msg('Not listed there: $0', missing.join(', '))]),
      ...cure.details,
    ],
    remedies: cure.remedies,
    override: crash,
  };
}

const hostModel = msg(
  'In its definition the VM has host-model: when it was started, it was given all that the CPU of this host has.',
);

/** Has the destination's QEMU all that the VM's CPU has? */
export const cpuCompatibilityCheck = defineCheck({
  id: 'cpu-compatibility',
  title: msg('CPU'),
  group: 'cpu-memory',
  why: msg(
    'A running guest cannot do without CPU features that it has begun to use. The destination has to offer all of them.',
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
        return { verdict: 'pass', found: msg("The VM uses QEMU's basic CPU, which every QEMU has.") };
      case 'compatible':
        return {
          verdict: 'pass',
          found: msg(
            "QEMU on the destination offers all of the VM's CPU ($0).",
            domain.config.cpu.model ?? domain.config.cpu.mode,
          ),
        };
      case 'incompatible': {
        const { details, remedies } = cureWith(baseline, domain);
        return {
          verdict: 'block',
          found:
            comparison.missing.length === 0
              ? msg("QEMU on the destination cannot offer the VM's CPU.")
              : msg(
                  "QEMU on the destination cannot offer these features of the VM's CPU: $0",
                  comparison.missing.join(', '),
                ),
          details: [...(domain.stored?.cpu.mode === 'host-model' ? [hostModel] : []), ...details],
          original: comparison.original,
          remedies: [...remedies, byHand(domain)],
          // libvirt does not compare then, and QEMU leaves out what it cannot offer, as it may have done here.
          ...((domain.migratable ?? domain.config).cpu.check === 'none' ? { override: crash } : {}),
        };
      }
      case 'no-such-machine':
      case 'no-such-emulator':
        throw new FactUnavailable({
          why: msg('QEMU on the destination cannot build this machine at all, so its CPU was not compared.'),
          original: comparison.original,
        });
      case 'not-compared':
        throw new FactUnavailable({
          why: msg('The destination could not compare the CPU of the VM with its own.'),
          original: comparison.original,
          remedies: [byHand(domain)],
        });
    }
  },
});
