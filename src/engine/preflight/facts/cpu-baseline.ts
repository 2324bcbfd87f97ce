// SPDX-License-Identifier: LGPL-2.1-or-later
import type { DomainConfig } from '../../../libvirt/domain-xml.ts';
import { LibvirtError } from '../../../libvirt/errors.ts';
import { type VirshAnswer, virshSession } from '../../../libvirt/virsh.ts';
import {
  attribute,
  child,
  children,
  indentedXml,
  parseXml,
  textOf,
  type XmlElement,
  XmlError,
} from '../../../libvirt/xml.ts';
import { msg } from '../../base/index.ts';
import { defineFact, type FactContext, FactUnavailable } from '../fact.ts';
import { type CpuComparison, cpuComparisonFact, readComparison } from './cpu-comparison.ts';
import {
  askDestination,
  type DestinationLibvirt,
  destinationAnswer,
  destinationLibvirtFact,
} from './destination-libvirt.ts';
import { domainFact, type SourceDomain } from './domain.ts';
import { compareCpu, computeBaseline, domCapabilitiesArgv } from './hypervisor-commands.ts';
import { asLibvirtd } from './ssh-route.ts';

/** A CPU that both hosts can provide; unavailable if there is none. */
export type CpuBaseline =
  /** There is no problem that another CPU could solve. */
  | { readonly kind: 'not-needed' }
  /** `<cpu>` for the VM's definition, which libvirt on both hosts says it can provide. */
  | { readonly kind: 'common'; readonly xml: string };

type Answer = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

/** True if the VM sees the host's CPU itself, which nobody can compare in full. */
export function hasHostCpu({ config }: SourceDomain): boolean {
  return config.cpu.mode === 'host-passthrough';
}

function isNeeded(domain: SourceDomain, { kind }: CpuComparison): boolean {
  if (kind === 'no-such-machine' || kind === 'no-such-emulator') return false;
  return hasHostCpu(domain) || kind === 'incompatible';
}

function root(text: string): XmlElement | undefined {
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

/** The CPU that a host gives to a VM with host-model. */
export interface HostModel {
  readonly vendor: string;
  /** As `virsh hypervisor-cpu-baseline` takes it. */
  readonly xml: string;
}

/** Reads the answer of `virsh domcapabilities`; undefined if it has no host-model for that kind of virtualization. */
export function readHostModel(answer: Answer, virtualizationType: string): HostModel | undefined {
  const capabilities = answer.ok ? root(answer.text) : undefined;
  if (capabilities?.name !== 'domainCapabilities') return undefined;
  const type = child(capabilities, 'domain');
  const cpu = child(capabilities, 'cpu');
  if (type === undefined || cpu === undefined || textOf(type).trim() !== virtualizationType) return undefined;
  const mode = children(cpu, 'mode').find(
    (each) => attribute(each, 'name') === 'host-model' && attribute(each, 'supported') === 'yes',
  );
  if (mode === undefined || child(mode, 'model') === undefined) return undefined;
  const vendor = child(mode, 'vendor');
  return {
    vendor: vendor === undefined ? '' : textOf(vendor).trim(),
    // virsh 9.0 respects disabled features only in domain capabilities.
    xml: indentedXml({ ...capabilities, children: [{ ...cpu, children: [mode] }] }),
  };
}

/** Parts of the VM's CPU that do not depend on the processor. They are not changed. */
const kept = ['topology', 'numa'];

/** The answer of `virsh hypervisor-cpu-baseline` as a `<cpu>` for this VM. Throws FactUnavailable if it is none. */
export function commonCpu(answer: Answer, own: string | undefined): string {
  const cpu = answer.ok ? root(answer.text) : undefined;
  if (cpu?.name !== 'cpu' || attribute(cpu, 'mode') !== 'custom' || child(cpu, 'model') === undefined) {
    throw new FactUnavailable({
      why: msg(
        'The libvirt daemon of this host could not compute one: $0',
        answer.ok ? answer.text.trim() : answer.error.trim(),
      ),
    });
  }
  const before = own === undefined ? undefined : root(own);
  return indentedXml({
    ...cpu,
    children: [
      ...cpu.children,
      ...(before === undefined ? [] : kept.flatMap((name) => children(before, name))),
    ],
  });
}

/** The CPU is offered only if libvirt on both hosts can provide all of it. Otherwise this throws the reason. */
export function requireProvided(here: CpuComparison, there: CpuComparison): void {
  const original = (comparison: CpuComparison): string =>
    'original' in comparison ? comparison.original : comparison.kind;
  if (here.kind !== 'compatible') {
    throw new FactUnavailable({
      why: msg('The computed CPU is not available on this host: $0', original(here)),
    });
  }
  if (there.kind !== 'compatible') {
    throw new FactUnavailable({
      why: msg('The computed CPU is not available on the destination: $0', original(there)),
    });
  }
}

/** One command for this host, with XML as input. */
async function askHere(
  argv: readonly string[],
  input: string | undefined,
  context: FactContext,
): Promise<VirshAnswer> {
  const id = 'cpu';
  const { uri } = context.connection;
  try {
    const answers = await virshSession(context.platform, uri, [{ id, argv }], {
      ...asLibvirtd(context),
      ...(input === undefined ? {} : { input }),
      signal: context.signal,
    });
    return answers.get(id) ?? { id, ok: false, error: '' };
  } catch (error) {
    // Also if virsh does not know the command.
    if (!(error instanceof LibvirtError) || context.signal.aborted) throw error;
    return { id, ok: false, error: error.message };
  }
}

async function baseline(
  config: DomainConfig,
  libvirt: DestinationLibvirt,
  context: FactContext,
): Promise<string> {
  const here = readHostModel(await askHere(domCapabilitiesArgv(config), undefined, context), config.type);
  const there = readHostModel(await destinationAnswer(libvirt, 'machine'), config.type);
  if (here === undefined || there === undefined) {
    throw new FactUnavailable({
      why: msg('One of the hosts does not say which CPU it gives to VMs of this kind.'),
    });
  }
  if (here.vendor !== there.vendor) {
    throw new FactUnavailable({
      why: msg(
        'The CPUs come from different makers: $0 on this host, $1 on the destination.',
        here.vendor,
        there.vendor,
      ),
    });
  }
  const computed = await askHere(computeBaseline(config), `${here.xml}\n${there.xml}\n`, context);
  const xml = commonCpu(computed, config.cpuXml);
  const [providedHere, providedThere] = await Promise.all([
    askHere(compareCpu(config), xml, context),
    askDestination(libvirt, { id: 'baseline', argv: compareCpu(config) }, xml),
  ]);
  requireProvided(readComparison(providedHere), readComparison(providedThere));
  return xml;
}

/**
 * What the CPUs of both hosts have in common, computed by libvirt: the host-model of each for the VM's machine, passed to
 * `hypervisor-cpu-baseline` on this host, and compared by both hosts. Does nothing if the VM's CPU is not a problem.
 */
export const cpuBaselineFact = defineFact<
  CpuBaseline,
  {
    domain: typeof domainFact;
    comparison: typeof cpuComparisonFact;
    libvirt: typeof destinationLibvirtFact;
  }
>({
  name: 'cpu-baseline',
  needs: {
    domain: domainFact,
    comparison: cpuComparisonFact,
    libvirt: destinationLibvirtFact,
  },
  timeLimitMilliseconds: 5000,
  gather: async ({ domain, comparison, libvirt }, context) =>
    isNeeded(domain, comparison)
      ? { kind: 'common', xml: await baseline(domain.config, libvirt, context) }
      : { kind: 'not-needed' },
});
