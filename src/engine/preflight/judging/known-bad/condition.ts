// SPDX-License-Identifier: LGPL-2.1-or-later
import { parseGuestCpu } from '../../../../libvirt/guest-cpu.ts';
import { copiedDisks, type Plan } from '../../../plan/index.ts';
import type { FactResult } from '../../fact.ts';
import type { SourceDomain } from '../../facts/domain.ts';
import type { HostReading } from '../../facts/host-reading/index.ts';
import { machineVersionMatches } from './machine-version.ts';

/** What a VM, or its migration, has to have for a pair to matter. */
export type Condition =
  | { readonly kind: 'any' }
  | { readonly kind: 'all'; readonly of: readonly Condition[] }
  | { readonly kind: 'architecture'; readonly names: readonly string[] }
  /** Its CPUs are those of the host, by KVM. */
  | { readonly kind: 'kvm' }
  | {
      readonly kind: 'machine';
      readonly family?: 'q35' | 'i440fx';
      /** Machine types of releases of QEMU before this one. */
      readonly before?: string;
      /** Ends of names, for example of a distribution's own machine types. */
      readonly endings?: readonly string[];
    }
  /** With `*` at its end, the name is a beginning. */
  | { readonly kind: 'cpu-feature'; readonly name: string; readonly policy: 'require' | 'disable' }
  | { readonly kind: 'cpu-vendor'; readonly vendor: 'AMD' | 'Intel' }
  /** libvirt compares it with what QEMU there gives. */
  | { readonly kind: 'cpu-compared' }
  /** Beginnings of names of CPU models. */
  | { readonly kind: 'cpu-model'; readonly beginnings: readonly string[] }
  /** A CPU of the guest has more than one core or thread. */
  | { readonly kind: 'cpu-siblings' }
  | {
      readonly kind: 'device';
      readonly device: 'video' | 'memballoon' | 'rng' | 'interface';
      readonly model: string;
    }
  /** A virtio network interface with more than one pair of queues. */
  | { readonly kind: 'multiqueue' }
  | { readonly kind: 'interface-type'; readonly type: string }
  | { readonly kind: 'emulated-tpm' }
  | { readonly kind: 'secure-boot' }
  | { readonly kind: 'copied-disks' }
  | { readonly kind: 'post-copy' }
  /** A disk is on a file system whose name begins so, for example `nfs`. */
  | { readonly kind: 'disk-on'; readonly fileSystem: string };

/** What conditions look at. */
export interface Situation {
  readonly domain: SourceDomain;
  readonly plan: Plan;
  /** What this host's own files say. */
  readonly here: FactResult<HostReading>;
}

/** Yes, no, or not known. */
export type Answer = boolean | undefined;

/** All of them: one no is enough. */
export function every(answers: readonly Answer[]): Answer {
  if (answers.includes(false)) return false;
  return answers.includes(undefined) ? undefined : true;
}

/** One of them: one yes is enough. */
export function some(answers: readonly Answer[]): Answer {
  if (answers.includes(true)) return true;
  return answers.includes(undefined) ? undefined : false;
}

/** Some CPU models belong to one vendor, whatever the definition says of it. */
const amdModel = /^(?:EPYC|Opteron|Dhyana|athlon|phenom)/;

type CpuCondition = Extract<Condition, { kind: `cpu-${string}` }>;

/** With host-passthrough the definition names neither model nor features, and libvirt compares none. */
function cpuFits(condition: CpuCondition, { config, migratable }: SourceDomain): boolean {
  const sent = migratable ?? config;
  const cpu = parseGuestCpu(sent.cpuXml);
  switch (condition.kind) {
    case 'cpu-feature': {
      const beginning = condition.name.endsWith('*') ? condition.name.slice(0, -1) : undefined;
      return [...cpu.features].some(
        ([name, policy]) =>
          (beginning === undefined ? name === condition.name : name.startsWith(beginning)) &&
          policy === condition.policy,
      );
    }
    case 'cpu-vendor':
      return (cpu.vendor ?? (amdModel.test(cpu.model ?? '') ? 'AMD' : 'Intel')) === condition.vendor;
    case 'cpu-compared':
      return sent.cpu.check !== 'none';
    case 'cpu-model':
      return condition.beginnings.some((beginning) => cpu.model?.startsWith(beginning) === true);
    case 'cpu-siblings':
      return cpu.siblings > 1;
  }
}

type DeviceCondition = Extract<Condition, { kind: 'device' }>;

function hasDevice({ device, model }: DeviceCondition, { config }: SourceDomain): boolean {
  const { models, memballoon, rngs, interfaces } = config.devices;
  switch (device) {
    case 'video':
      return models.some((each) => each.device === 'video' && each.model === model);
    case 'memballoon':
      return memballoon?.startsWith(model) === true;
    case 'rng':
      return rngs?.some((each) => each.startsWith(model)) === true;
    case 'interface':
      return interfaces.some((each) => each.model?.startsWith(model) === true);
  }
}

function diskOn(beginning: string, { domain, here }: Situation): Answer {
  const paths = domain.config.disks.flatMap(({ source }) => source?.path ?? []);
  return some(
    paths.map((path) =>
      here.available ? here.value.files.get(path)?.fileSystem.startsWith(beginning) : undefined,
    ),
  );
}

/** Whether a condition holds. */
export function holds(condition: Condition, situation: Situation): Answer {
  const { domain, plan } = situation;
  const { config } = domain;
  switch (condition.kind) {
    case 'any':
      return true;
    case 'all':
      return every(condition.of.map((each) => holds(each, situation)));
    case 'architecture':
      return condition.names.includes(config.os.arch);
    case 'kvm':
      return config.type === 'kvm';
    case 'machine':
      return machineVersionMatches(config.os.machine, condition);
    case 'cpu-feature':
    case 'cpu-vendor':
    case 'cpu-compared':
    case 'cpu-model':
    case 'cpu-siblings':
      return cpuFits(condition, domain);
    case 'device':
      return hasDevice(condition, domain);
    case 'multiqueue':
      return config.devices.interfaces.some(({ queues }) => queues !== undefined && queues > 1);
    case 'interface-type':
      return config.devices.interfaces.some(
        ({ type, unmanagedTarget }) => type === condition.type && unmanagedTarget === undefined,
      );
    case 'emulated-tpm':
      return config.devices.tpms.some(({ backend, version }) => backend === 'emulator' && version !== '1.2');
    case 'secure-boot':
      return config.resources.firmware.secure === true;
    case 'copied-disks':
      return copiedDisks(plan).length > 0;
    case 'post-copy':
      return plan.flagNames.includes('POSTCOPY');
    case 'disk-on':
      return diskOn(condition.fileSystem, situation);
  }
}
