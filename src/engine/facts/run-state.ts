// SPDX-License-Identifier: LGPL-2.1-or-later
import type { SourceDomain } from './domain.ts';

/** virDomainState of libvirt's ABI, in words. */
export type RunState =
  | 'no-state'
  | 'running'
  | 'blocked'
  | 'paused'
  | 'shutting-down'
  | 'shut-off'
  | 'crashed'
  | 'suspended';

const states: readonly RunState[] = [
  'no-state',
  'running',
  'blocked',
  'paused',
  'shutting-down',
  'shut-off',
  'crashed',
  'suspended',
];

/** What the VM does, `no-state` for a number that is not known. */
export function runState(domain: Pick<SourceDomain, 'state'>): RunState {
  return states[domain.state] ?? 'no-state';
}

/** The fields of `virsh domjobinfo`, of which there are none but the type when no job runs. */
export function jobFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, key, value] = /^([^:]+):\s*(.*?)\s*$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, value);
  }
  return fields;
}

/** True while libvirt works on a job of the VM. */
export function hasJob(domain: Pick<SourceDomain, 'job'>): boolean {
  const type = jobFields(domain.job).get('Job type');
  return type === 'Bounded' || type === 'Unbounded';
}

/** True while the VM is on its way, to or from this host. */
export function isMigrating(domain: Pick<SourceDomain, 'job'>): boolean {
  return hasJob(domain) && /migration/i.test(jobFields(domain.job).get('Operation') ?? '');
}
