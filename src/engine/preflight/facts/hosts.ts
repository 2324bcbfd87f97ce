// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  attribute,
  child,
  children,
  parseXml,
  serializeXml,
  textOf,
  type XmlElement,
} from '../../../libvirt/xml.ts';
import { msg, wholeNumber } from '../../base/index.ts';
import { isHostName } from '../../destination/index.ts';
import { defineFact, FactUnavailable } from '../fact.ts';
import { destinationAnswer, destinationLibvirtFact } from './destination-libvirt.ts';
import { requireAnswer, sourceAnswersFact } from './source-answers.ts';

/** A host, as its libvirt describes it. */
export interface Host {
  readonly hostname: string;
  /** The UUID that identifies the host to libvirt. */
  readonly uuid: string;
  readonly cpuModel: string;
  /** `<cpu>` of the host's capabilities: model and features. */
  readonly cpuXml: string;
  /** Features that the host's CPU has beyond its model. */
  readonly cpuFeatures: readonly string[];
  /** What its QEMUs support, by architecture, for example `x86_64`. */
  readonly guests: ReadonlyMap<string, GuestCapabilities>;
  /** Security drivers that libvirt has there, for example `selinux`, `apparmor`, `dac`. */
  readonly securityModels: readonly string[];
  /** Numbers of its CPUs. */
  readonly cpus: readonly number[];
  readonly numaNodes: readonly number[];
  /** The TSC, if libvirt could read it. */
  readonly tsc?: { readonly frequencyHz: number; readonly scaling: boolean };
}

/** What a host's QEMUs support for one architecture. */
export interface GuestCapabilities {
  readonly emulators: readonly string[];
  /** Machine types, also under their short names, such as `q35`. */
  readonly machines: readonly string[];
  /** For example `qemu` and `kvm`. */
  readonly virtualizationTypes: readonly string[];
}

function elements(parent: XmlElement | undefined, name: string): readonly XmlElement[] {
  return parent === undefined ? [] : children(parent, name);
}

function texts(parent: XmlElement, name: string): readonly string[] {
  return children(parent, name).map((element) => textOf(element).trim());
}

function guestSupportOf(arch: XmlElement): GuestCapabilities {
  // Machine types are listed for the architecture's QEMU and again for each type of virtualization.
  const domains = children(arch, 'domain');
  return {
    emulators: [...new Set([arch, ...domains].flatMap((parent) => texts(parent, 'emulator')))],
    machines: [...new Set([arch, ...domains].flatMap((parent) => texts(parent, 'machine')))],
    virtualizationTypes: domains.map((each) => attribute(each, 'type') ?? ''),
  };
}

function numbersOf(list: readonly XmlElement[]): readonly number[] {
  return list.map((element) => Number(attribute(element, 'id') ?? NaN)).filter(Number.isInteger);
}

function tscOf(cpu: XmlElement | undefined): Host['tsc'] {
  const counter = elements(cpu, 'counter').find((each) => attribute(each, 'name') === 'tsc');
  const frequencyHz = wholeNumber(attribute(counter, 'frequency')) ?? 0;
  return frequencyHz > 0 ? { frequencyHz, scaling: attribute(counter, 'scaling') === 'yes' } : undefined;
}

/** Parses `virsh hostname` and `virsh capabilities`. Throws if they do not identify the host. */
export function parseHost(hostname: string, capabilities: string): Host {
  const root = parseXml(capabilities);
  const host = child(root, 'host');
  const cpu = host === undefined ? undefined : child(host, 'cpu');
  const uuidElement = host === undefined ? undefined : child(host, 'uuid');
  const uuid = uuidElement === undefined ? '' : textOf(uuidElement).trim();
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(uuid) || !isHostName(hostname.trim())) {
    throw new FactUnavailable({
      why: msg('No answer from libvirt to “$0”.', 'capabilities'),
      original: `${hostname.trim()} ${uuid}`.trim(),
    });
  }
  const model = cpu === undefined ? undefined : child(cpu, 'model');
  const cells = elements(child(root, 'host', 'topology', 'cells'), 'cell');
  const tsc = tscOf(cpu);
  return {
    hostname: hostname.trim(),
    uuid: uuid.toLowerCase(),
    cpuModel: model === undefined ? '' : textOf(model).trim(),
    cpuXml: cpu === undefined ? '' : serializeXml(cpu),
    cpuFeatures: elements(cpu, 'feature').map((feature) => attribute(feature, 'name') ?? ''),
    guests: new Map(
      children(root, 'guest')
        .flatMap((guest) => children(guest, 'arch'))
        .map((arch) => [attribute(arch, 'name') ?? '', guestSupportOf(arch)]),
    ),
    securityModels: elements(host, 'secmodel').flatMap((model) => texts(model, 'model')),
    cpus: numbersOf(cells.flatMap((cell) => elements(child(cell, 'cpus'), 'cpu'))),
    numaNodes: numbersOf(cells),
    ...(tsc === undefined ? {} : { tsc }),
  };
}

/** This host. */
export const sourceHostFact = defineFact<Host, { answers: typeof sourceAnswersFact }>({
  name: 'source-host',
  needs: { answers: sourceAnswersFact },
  gather: ({ answers }) =>
    parseHost(requireAnswer(answers, 'hostname'), requireAnswer(answers, 'capabilities')),
});

/** The destination. */
export const destinationHostFact = defineFact<Host, { libvirt: typeof destinationLibvirtFact }>({
  name: 'destination-host',
  needs: { libvirt: destinationLibvirtFact },
  gather: async ({ libvirt }) => {
    const [hostname, capabilities] = await Promise.all([
      destinationAnswer(libvirt, 'hostname'),
      destinationAnswer(libvirt, 'capabilities'),
    ]);
    if (!hostname.ok || !capabilities.ok) {
      throw new FactUnavailable({
        why: msg('The destination did not say what it can run.'),
        original: hostname.ok ? (capabilities.ok ? '' : capabilities.error) : hostname.error,
      });
    }
    return parseHost(hostname.text, capabilities.text);
  },
});
