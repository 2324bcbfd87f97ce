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

/** What the VM does, `no-state` for a number that is not known. */
export function runState(domain: Pick<SourceDomain, 'state'>): RunState {
  return states[domain.state] ?? 'no-state';
}

/** virsh's words for the types of a job, and whether one is under way with that. */
const jobTypes: ReadonlyMap<string, boolean> = new Map([
  ['None', false],
  ['Bounded', true],
  ['Unbounded', true],
  ['Completed', false],
  ['Failed', false],
  ['Cancelled', false],
]);

/** True while libvirt works on a job of the VM. Throws FactUnavailable if virsh did not tell. */
export function hasJob(domain: Pick<SourceDomain, 'job' | 'state'>): boolean {
  // Of a VM that is shut off virsh tells no job, but an error.
  if (runState(domain) === 'shut-off') return false;
  const under = jobTypes.get(parsePropertyList(domain.job).get('Job type') ?? '');
  if (under === undefined) {
    throw new FactUnavailable({
      why: msg('libvirt did not answer this question: $0', 'domjobinfo'),
      original: domain.job,
    });
  }
  return under;
}

/** True while the VM is on its way, to or from this host. */
export function isMigrating(domain: Pick<SourceDomain, 'job' | 'state'>): boolean {
  return hasJob(domain) && /migration/i.test(parsePropertyList(domain.job).get('Operation') ?? '');
}
