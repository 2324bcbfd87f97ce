// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtError } from '../../libvirt/errors.ts';
import { type VirshAnswer, virshSession } from '../../libvirt/virsh.ts';
import type { Platform } from '../../platform/platform.ts';
import type { VmIdentity } from '../base/index.ts';
import { originalText } from '../failure/index.ts';
import type { Inventory } from '../inventory/index.ts';
import { recordNamespace } from '../record/index.ts';
import { absentState, type ReportedState, stateFromCodes, stateLine } from './reported-state.ts';
import type { Expectation, HostAnswers } from './verification.ts';

/** How to query a host. */
export interface Inquiry {
  /** How long the destination may take to answer. */
  readonly destinationMilliseconds: number;
  /** The VM arrived: its record and autostart on the destination are corrected, too. A VM that did not arrive is not changed. */
  readonly arrived: boolean;
}

/** Queries both hosts. Does not reject: the answer says what could not be queried. */
export async function queryHosts(
  platform: Platform,
  inventory: Inventory,
  expectation: Expectation,
  inquiry: Inquiry,
): Promise<HostAnswers> {
  const [destination, source] = await Promise.all([
    askDestination(platform, expectation, inquiry),
    inquiry.arrived ? askSource(inventory, expectation.vm) : settledSource(inventory, expectation.vm),
  ]);
  return { destination, source };
}

async function askDestination(
  platform: Platform,
  { vm, destination, temporary, autostart }: Expectation,
  { destinationMilliseconds, arrived }: Inquiry,
): Promise<HostAnswers['destination']> {
  if (destination === undefined) return undefined;
  const limit = new AbortController();
  const timer = setTimeout(() => {
    limit.abort();
  }, destinationMilliseconds);
  try {
    const answers = await virshSession(
      platform,
      destination,
      [
        { id: 'state', argv: ['domstate', '--reason', vm.uuid] },
        { id: 'uuid', argv: ['domuuid', '--', vm.name] },
        // libvirt sends the definition, but not whether the VM starts with the host.
        ...(arrived && autostart === true ? [{ id: 'autostart', argv: ['autostart', vm.uuid] }] : []),
        { id: 'info', argv: ['dominfo', vm.uuid] },
        // The record came with the definition. It is outdated now.
        ...(arrived && temporary === false
          ? [
              {
                id: 'record',
                argv: ['metadata', vm.uuid, '--uri', recordNamespace, '--config', '--remove'],
              },
            ]
          : []),
      ],
      { signal: limit.signal, ...(vm.connection === 'system' ? { superuser: 'require' as const } : {}) },
    );
    const none = (id: string): VirshAnswer => answers.get(id) ?? { id, ok: false, error: '' };
    return { state: none('state'), uuid: none('uuid'), info: none('info') };
  } catch (error) {
    return {
      unreachable: limit.signal.aborted
        ? `No answer within ${destinationMilliseconds / 1000} seconds`
        : originalText(error),
    };
  } finally {
    clearTimeout(timer);
  }
}

/** The time between queries of this host, and their maximum number. */
const settleMilliseconds = 500;
const settleTries = 6;

/**
 * Queries the VM's state on this host until two answers are equal. If QEMU ended during the migration, libvirt first answers the
 * call, and updates the state of the VM after it has ended the job. Does not reject.
 */
async function settledSource(inventory: Inventory, vm: VmIdentity): Promise<ReportedState> {
  let state = await askSource(inventory, vm);
  for (let tries = 1; tries < settleTries; tries += 1) {
    await new Promise<void>((resolve) => {
      setTimeout(resolve, settleMilliseconds);
    });
    const next = await askSource(inventory, vm);
    if (stateLine(next) === stateLine(state) && next.kind === state.kind) return next;
    state = next;
  }
  return state;
}

async function askSource(inventory: Inventory, vm: VmIdentity): Promise<ReportedState> {
  try {
    return stateFromCodes(await inventory.connection.domain(vm.uuid).state());
  } catch (error) {
    if (error instanceof LibvirtError && error.reason === 'no-such-domain')
      return absentState(inventory.stopDetail(vm.uuid));
    return { kind: 'silent', error: originalText(error) };
  }
}
