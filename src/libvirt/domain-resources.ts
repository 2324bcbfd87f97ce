// SPDX-License-Identifier: LGPL-2.1-or-later
import { absolutePaths, type DomainPath } from './devices/device-path.ts';
import { attribute, child, children, textOf, type XmlElement } from './xml.ts';

/** A user or group in a `dac` label. */
export interface DomainOwner {
  readonly kind: 'user' | 'group';
  readonly name: string;
  /** `process`: QEMU runs as it. `file`: libvirt makes it the owner of a file, unless it does not change owners. */
  readonly of: 'process' | 'file';
}

/** What the definition requires of a host's CPUs, memory, firmware and security. */
export interface DomainResources {
  /** The maximum number of vCPUs. */
  readonly vcpus: number;
  /** The present number of vCPUs. */
  readonly onlineVcpus: number;
  /** The CPUs of the host for each pinned thread or group of threads. */
  readonly cpuPins: readonly (readonly number[])[];
  /**
   * The host's NUMA nodes for its memory or parts of it; empty if any will do. libvirt requires each to exist, even in mode
   * `preferred` (virDomainNumatuneNodesetIsAvailable).
   */
  readonly numaNodes: readonly number[];
  /** libvirt asks numad for CPUs or nodes. */
  readonly placedByNumad: boolean;
  /** Huge pages for its memory; `sizeBytes` is absent for the host's default size. */
  readonly hugepages?: { readonly sizeBytes?: number };
  readonly firmware: {
    /** Path of the code, for example of OVMF. */
    readonly loader?: string;
    /** It is one for Secure Boot, which needs System Management Mode. */
    readonly secure?: true;
    /** The code is an image of this format; raw if absent. */
    readonly loaderFormat?: string;
    /** Path of the VM's own variables. */
    readonly nvram?: string;
    /** Path of the template of the variables. */
    readonly template?: string;
    /** The variables are an image of this format; raw if absent. */
    readonly format?: string;
  };
  /** Other files of the host that QEMU opens: a kernel, firmware tables, fw_cfg files. */
  readonly paths: readonly DomainPath[];
  /** Paths in QEMU arguments that libvirt does not interpret. */
  readonly argumentPaths: readonly string[];
  /** Security labels of the definition: the driver's name, for example `selinux`, and whether the label is static. */
  readonly securityLabels: readonly { readonly model: string; readonly type: string }[];
  /** Users and groups that own QEMU or its files, if given by name, not by ID. */
  readonly owners: readonly DomainOwner[];
  /** The guest has an invariant TSC, with this frequency if given. */
  readonly tsc: { readonly invariant: boolean; readonly frequencyHz?: number };
}

/** Numbers in libvirt's notation, for example `0-3,^2,8`; empty for invalid text or an excessive range. */
export function parseCpuSet(text: string | undefined): readonly number[] {
  const numbers = new Set<number>();
  for (const part of (text ?? '').split(',')) {
    const [, except, from, to] = /^\s*(\^?)(\d{1,5})(?:-(\d{1,5}))?\s*$/.exec(part) ?? [];
    if (from === undefined) continue;
    for (let number = Number(from); number <= Number(to ?? from); number++) {
      if (except === '^') numbers.delete(number);
      else numbers.add(number);
    }
  }
  return [...numbers].sort((a, b) => a - b);
}

function cpuPinsOf(domain: XmlElement): DomainResources['cpuPins'] {
  const tune = child(domain, 'cputune');
  const pins =
    tune === undefined
      ? []
      : ['vcpupin', 'emulatorpin', 'iothreadpin'].flatMap((name) => children(tune, name));
  return [attribute(child(domain, 'vcpu'), 'cpuset'), ...pins.map((pin) => attribute(pin, 'cpuset'))]
    .map(parseCpuSet)
    .filter((set) => set.length > 0);
}

function numaNodesOf(domain: XmlElement): readonly number[] {
  const tune = child(domain, 'numatune');
  const devices = child(domain, 'devices');
  const ofGuest = ['memory', 'memnode'].flatMap((name) => (tune === undefined ? [] : children(tune, name)));
  const modules = devices === undefined ? [] : children(devices, 'memory');
  const sets = [
    ...ofGuest.map((element) => attribute(element, 'nodeset')),
    ...modules.map((element) => {
      const mask = child(element, 'source', 'nodemask');
      return mask === undefined ? undefined : textOf(mask);
    }),
  ];
  return [...new Set(sets.flatMap(parseCpuSet))].sort((a, b) => a - b);
}

/** Units of `<page size='2' unit='M'/>`; KiB without one. */
const pageUnits: ReadonlyMap<string, number> = new Map([
  ['b', 1],
  ['bytes', 1],
  ['KiB', 2 ** 10],
  ['k', 2 ** 10],
  ['K', 2 ** 10],
  ['MiB', 2 ** 20],
  ['M', 2 ** 20],
  ['GiB', 2 ** 30],
  ['G', 2 ** 30],
]);

function hugepagesOf(domain: XmlElement): DomainResources['hugepages'] {
  const backing = child(domain, 'memoryBacking', 'hugepages');
  if (backing === undefined) return undefined;
  const [page] = children(backing, 'page');
  const size = Number(attribute(page, 'size') ?? NaN);
  const unit = pageUnits.get(attribute(page, 'unit') ?? 'KiB');
  return Number.isFinite(size) && unit !== undefined ? { sizeBytes: size * unit } : {};
}

function tscOf(domain: XmlElement): DomainResources['tsc'] {
  const cpu = child(domain, 'cpu');
  const clock = child(domain, 'clock');
  const invariant =
    cpu !== undefined &&
    children(cpu, 'feature').some(
      (feature) =>
        attribute(feature, 'name') === 'invtsc' &&
        ['require', 'force'].includes(attribute(feature, 'policy') ?? 'require'),
    );
  const timer =
    clock === undefined
      ? undefined
      : children(clock, 'timer').find((each) => attribute(each, 'name') === 'tsc');
  const frequency = Number(attribute(timer, 'frequency') ?? NaN);
  return { invariant, ...(frequency > 0 ? { frequencyHz: frequency } : {}) };
}

function pathsOf(domain: XmlElement): readonly DomainPath[] {
  const acpi = child(domain, 'os', 'acpi');
  const boot = ['kernel', 'initrd', 'dtb'].flatMap((name) => {
    const element = child(domain, 'os', name);
    return element === undefined ? [] : absolutePaths(name, textOf(element));
  });
  const tables = (acpi === undefined ? [] : children(acpi, 'table')).flatMap((table) =>
    absolutePaths('acpi', textOf(table)),
  );
  const entries = children(domain, 'sysinfo')
    .flatMap((sysinfo) => children(sysinfo, 'entry'))
    .flatMap((entry) => absolutePaths('fwcfg', attribute(entry, 'file')));
  return [...boot, ...tables, ...entries];
}

/** As a whole argument, as a value in one (with doubled commas), and as a JSON string. */
const pathInArgument = /^(\/.*)$|=(\/(?:[^,]|,,)+)|"(\/[^"]+)"/g;

function argumentPathsOf(domain: XmlElement): readonly string[] {
  const commandline = child(domain, 'qemu:commandline');
  const values = (commandline === undefined ? [] : children(commandline, 'qemu:arg')).flatMap((argument) => {
    const value = attribute(argument, 'value');
    // QEMU creates a socket that it listens on.
    return value === undefined || /(?:^|,)(?:server(?:=on)?|wait=\w+)(?:,|$)/.test(value) ? [] : [value];
  });
  const paths = values.flatMap((value) =>
    [...value.matchAll(pathInArgument)].map(([, whole, inList, inJson]) =>
      (whole ?? inJson ?? inList ?? '').replaceAll(',,', ','),
    ),
  );
  return [...new Set(paths)];
}

/** All elements with that name, at any depth. */
function descendants(element: XmlElement, name: string): readonly XmlElement[] {
  return element.children.flatMap((node) =>
    node.kind === 'element' ? [...(node.name === name ? [node] : []), ...descendants(node, name)] : [],
  );
}

function ownersOf(domain: XmlElement): readonly DomainOwner[] {
  const devices = child(domain, 'devices');
  const labels = [
    ...children(domain, 'seclabel')
      // Any other label is generated when the VM starts.
      .filter((element) => attribute(element, 'type') === 'static')
      .map((element) => ({ element, of: 'process' as const })),
    ...(devices === undefined ? [] : descendants(devices, 'seclabel'))
      .filter((element) => attribute(element, 'relabel') !== 'no')
      .map((element) => ({ element, of: 'file' as const })),
  ];
  return labels.flatMap(({ element, of }) => {
    const label = child(element, 'label');
    if (attribute(element, 'model') !== 'dac' || label === undefined) return [];
    const [user = '', group = ''] = textOf(label).trim().split(':');
    const owners: readonly DomainOwner[] = [
      { kind: 'user', name: user, of },
      { kind: 'group', name: group, of },
    ];
    // An ID may have a leading plus (virParseOwnershipIds).
    return owners.filter(({ name }) => !/^\+?\d*$/.test(name));
  });
}

/** Parses them from `<domain>`. */
export function parseResources(domain: XmlElement): DomainResources {
  const text = (...path: readonly string[]): string | undefined => {
    const element = child(domain, ...path);
    const value = element === undefined ? '' : textOf(element).trim();
    return value === '' ? undefined : value;
  };
  const most = Number(text('vcpu') ?? 1);
  const vcpus = Number.isInteger(most) && most > 0 ? most : 1;
  const current = Number(attribute(child(domain, 'vcpu'), 'current') ?? vcpus);
  const loader = text('os', 'loader');
  const nvram = text('os', 'nvram') ?? attribute(child(domain, 'os', 'nvram', 'source'), 'file');
  const template = attribute(child(domain, 'os', 'nvram'), 'template');
  const format = attribute(child(domain, 'os', 'nvram'), 'format');
  const loaderFormat = attribute(child(domain, 'os', 'loader'), 'format');
  const secure = attribute(child(domain, 'os', 'loader'), 'secure') === 'yes';
  const hugepages = hugepagesOf(domain);
  return {
    vcpus,
    onlineVcpus: Number.isInteger(current) && current > 0 ? Math.min(current, vcpus) : vcpus,
    cpuPins: cpuPinsOf(domain),
    numaNodes: numaNodesOf(domain),
    placedByNumad: [child(domain, 'vcpu'), child(domain, 'numatune', 'memory')].some(
      (element) => attribute(element, 'placement') === 'auto',
    ),
    firmware: {
      ...(loader === undefined ? {} : { loader }),
      ...(secure ? { secure } : {}),
      ...(nvram === undefined ? {} : { nvram }),
      ...(template === undefined ? {} : { template }),
      ...(format === undefined ? {} : { format }),
      ...(loaderFormat === undefined ? {} : { loaderFormat }),
    },
    paths: pathsOf(domain),
    argumentPaths: argumentPathsOf(domain),
    securityLabels: children(domain, 'seclabel').flatMap((label) => {
      const model = attribute(label, 'model');
      return model === undefined ? [] : [{ model, type: attribute(label, 'type') ?? 'dynamic' }];
    }),
    owners: ownersOf(domain),
    tsc: tscOf(domain),
    ...(hugepages === undefined ? {} : { hugepages }),
  };
}
