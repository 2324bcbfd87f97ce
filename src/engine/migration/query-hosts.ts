// SPDX-License-Identifier: LGPL-2.1-or-later
import type { LibvirtConnection } from '../../libvirt/connection.ts';
import { LibvirtError } from '../../libvirt/errors.ts';
import { type VirshAnswer, virshSession } from '../../libvirt/virsh.ts';
import type { Platform } from '../../platform/platform.ts';
import type { VmIdentity } from '../base/index.ts';
import { originalText } from '../failure/index.ts';
import { vmStateOf } from '../inventory/index.ts';
import { recordNamespace } from '../record/index.ts';
import type { Expectation, HostAnswers } from './verification.ts';

/** How long the destination may take to answer. */
const destinationMilliseconds = 30_000;

/** Asks both hosts. Does not reject: what could not be asked is part of the answer. */
export async function queryHosts(
  platform: Platform,
  connection: LibvirtConnection,
  expectation: Expectation,
): Promise<HostAnswers> {
  const [destination, source] = await Promise.all([
    askDestination(platform, expectation),
    querySource(connection, expectation.vm),
  ]);
  return { destination, source };
}

async function askDestination(
  platform: Platform,
  { vm, destination, temporary, autostart }: Expectation,
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
        // libvirt sends the definition, and not whether it is started with the host.
        ...(autostart === true ? [{ id: 'autostart', argv: ['autostart', vm.uuid] }] : []),
        { id: 'info', argv: ['dominfo', vm.uuid] },
        // The record came along with the definition; it told of the way here and means nothing any more.
        ...(temporary === false
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

/** Asks this host what the VM is doing. Does not reject. */
export async function querySource(
  connection: LibvirtConnection,
  vm: VmIdentity,
): Promise<HostAnswers['source']> {
  try {
    const state = vmStateOf(await connection.domain(vm.uuid).state());
    return state.kind === 'shut-off' || state.kind === 'running' || state.kind === 'paused'
      ? state.kind
      : 'other';
  } catch (error) {
    if (error instanceof LibvirtError && error.reason === 'no-such-domain') return 'gone';
    return { unreachable: originalText(error) };
  }
}
