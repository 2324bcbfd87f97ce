// SPDX-License-Identifier: LGPL-2.1-or-later
import { parsePropertyList } from '../../../libvirt/property-list.ts';

import { msg } from '../../base/index.ts';
import { FactUnavailable } from '../fact.ts';
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

/** The state of the VM; `no-state` for an unknown number. */
export function runState(domain: Pick<SourceDomain, 'state'>): RunState {
  return states[domain.state] ?? 'no-state';
}

/** virsh's names for types of jobs, and whether such a job is still running. */
const jobTypes: ReadonlyMap<string, boolean> = new Map([
  ['None', false],
  ['Bounded', true],
  ['Unbounded', true],
  ['Completed', false],
  ['Failed', false],
  ['Cancelled', false],
]);

/** True while the VM has a job. Throws FactUnavailable if virsh did not report it. */
export function hasJob(domain: Pick<SourceDomain, 'job' | 'state'>): boolean {
  // virsh reports an error for a VM that is shut off.
  if (runState(domain) === 'shut-off') return false;
  const under = jobTypes.get(parsePropertyList(domain.job).get('Job type') ?? '');
  if (under === undefined) {
    throw new FactUnavailable({
      why: msg('No answer from libvirt to “$0”.', 'domjobinfo'),
      original: domain.job,
    });
  }
  return under;
}

/** True while the VM is migrated, to or from this host. */
export function isMigrating(domain: Pick<SourceDomain, 'job' | 'state'>): boolean {
  return hasJob(domain) && /migration/i.test(parsePropertyList(domain.job).get('Operation') ?? '');
}
