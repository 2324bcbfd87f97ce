// SPDX-License-Identifier: LGPL-2.1-or-later
import { type ConnectionName, type Message, msg, sizeText } from '../engine/base/index.ts';
import type { Vm } from '../engine/inventory/index.ts';
import type { OutputOptions } from './arguments.ts';
import { type CliEnvironment, messageText, print, printJson, printProblem } from './environment.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { openInventory } from './open-inventory.ts';
import { tableLines } from './text-layout.ts';

/** The state of a VM, in a few words. */
export function stateText({ state, transfer }: Vm): Message {
  if (transfer?.kind === 'arriving') return msg('Arriving');
  if (transfer?.kind === 'leaving')
    return transfer.percent === undefined ? msg('Leaving') : msg('Leaving, $0 %', transfer.percent);
  switch (state.kind) {
    case 'running':
      return msg('Running');
    case 'paused':
      return state.reason === 'user' || state.reason === 'unknown'
        ? msg('Paused')
        : msg('Paused ($0)', state.reason);
    case 'shutting-down':
      return msg('Shutting down');
    case 'shut-off':
      return msg('Shut off');
    case 'crashed':
      return msg('Crashed');
    case 'suspended':
      return msg('Suspended');
    case 'unknown':
      return msg('Unknown');
  }
}

/** The VMs as a table. */
export function listText(vms: readonly Vm[]): readonly string[] {
  return tableLines([
    [msg('Name'), msg('State'), msg('CPUs'), msg('Memory'), msg('UUID')].map(messageText),
    ...vms.map((vm) => [
      vm.name,
      messageText(stateText(vm)) +
        (vm.temporaryCopy === undefined
          ? ''
          : `; ${messageText(msg('temporary copy on $0', vm.temporaryCopy.destination))}`),
      vm.vcpus === undefined ? '-' : String(vm.vcpus),
      vm.memoryBytes === undefined ? '-' : messageText(sizeText(vm.memoryBytes)),
      vm.uuid,
    ]),
  ]);
}

/** The VMs as one JSON document; `#/$defs/list` of docs/report.schema.json. */
export function listDocument(vms: readonly Vm[]): unknown {
  return {
    version: 1,
    vms: vms.map(({ name, uuid, connection, state, transfer, persistent, ...more }) => ({
      name,
      uuid,
      connection,
      state: state.kind,
      ...(state.kind === 'paused' ? { reason: state.reason } : {}),
      ...(transfer === undefined ? {} : { migration: transfer }),
      persistent,
      ...more,
    })),
  };
}

/** `cockpit-migrate list` */
export async function listCommand(
  command: OutputOptions & { readonly connection: ConnectionName },
  { platform, out, err }: CliEnvironment,
): Promise<ExitStatus> {
  const opened = await openInventory(platform, command.connection);
  if (opened.kind === 'problem') {
    printProblem(err, messageText(opened.problem), opened.detail);
    return exitStatus.unknown;
  }
  opened.close();
  if (command.json) printJson(out, listDocument(opened.vms));
  else if (!command.quiet) print(out, ...listText(opened.vms));
  return exitStatus.good;
}
