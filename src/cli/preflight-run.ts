// SPDX-License-Identifier: LGPL-2.1-or-later

import { type Message, msg } from '../engine/base/index.ts';
import { parseDestination } from '../engine/destination/index.ts';
import type { Inventory, Vm } from '../engine/inventory/index.ts';
import type { MigrationChoices, Plan } from '../engine/plan/index.ts';
import { Preflight, type PreflightState, readLocalNames } from '../engine/preflight/index.ts';
import type { VmCommand } from './arguments.ts';
import { destinationProblem } from './destination-text.ts';
import { type CliEnvironment, messageText, printProblem } from './environment.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { findVm, openInventory } from './open-inventory.ts';
import { StatusDisplay } from './status-line.ts';

/** A finished preflight. The inventory stays open until it is closed. */
export interface PreflightRun {
  readonly kind: 'done';
  readonly choices: MigrationChoices;
  readonly plan: Plan;
  readonly state: PreflightState;
  readonly inventory: Inventory;
  readonly close: () => void;
}

/** The checks did not start or were stopped. The reason was printed. */
export interface NoPreflight {
  readonly kind: 'ended';
  readonly status: ExitStatus;
}

/** Why this user cannot check the destination for this libvirt; undefined if they can. */
function userProblem(
  connection: VmCommand['connection'],
  isRoot: boolean,
): { readonly status: ExitStatus; readonly problem: Message } | undefined {
  // libvirt signs in to the destination as the user that it runs as, so another user's access proves nothing.
  if (connection === 'system' && !isRoot)
    return {
      status: exitStatus.unknown,
      problem: msg('Run this as root: the system libvirt reaches the destination as root.'),
    };
  if (connection === 'session' && isRoot)
    return {
      status: exitStatus.usage,
      problem: msg('Use $0: root has no session libvirt.', '--connection system'),
    };
  return undefined;
}

function choicesOf(command: VmCommand, vm: Vm, destination: string): MigrationChoices {
  return {
    vm: { connection: vm.connection, name: vm.name, uuid: vm.uuid },
    destination,
    temporary: command.temporary,
    confirmedUriParameters: command.confirmedUriParameters,
    ...(command.kind === 'migrate' && command.rehearse ? { rehearse: true } : {}),
    ...(command.withHooks ? { rehearseWithHooks: true } : {}),
    ...(command.dirtyRateSeconds === undefined ? {} : { dirtyRateSeconds: command.dirtyRateSeconds }),
    ...(command.bandwidthBytesPerSecond === undefined
      ? {}
      : { bandwidthBytesPerSecond: command.bandwidthBytesPerSecond }),
    ...(command.migrationUri === undefined ? {} : { migrationUri: command.migrationUri }),
    ...(command.copyDisks === undefined ? {} : { copyDisks: command.copyDisks }),
    ...(Object.keys(command.tuning).length === 0 ? {} : { tuning: command.tuning }),
  };
}

/** Runs all checks; false if a signal stopped them. */
async function runChecks(
  preflight: Preflight,
  quiet: boolean,
  { err, onSignal }: Pick<CliEnvironment, 'err' | 'onSignal'>,
): Promise<boolean> {
  const display = new StatusDisplay(err);
  const undo = preflight.state.subscribe(() => {
    const { checks } = preflight.state.get();
    const done = checks.filter(({ status }) => status === 'done').length;
    if (!quiet)
      display.show({
        stage: 'checking',
        text: messageText(msg('Checking: $0 of $1.', done, checks.length)),
      });
  });
  const ended = new AbortController();
  const forget = onSignal(() => {
    ended.abort();
    preflight.stop();
  });
  await preflight.start();
  forget();
  undo();
  display.clear();
  return !ended.signal.aborted;
}

/** Finds the VM and runs all checks for it. */
export async function runPreflight(
  command: VmCommand,
  environment: CliEnvironment,
): Promise<PreflightRun | NoPreflight> {
  const { platform, isRoot, err } = environment;
  const stop = (status: ExitStatus, ...lines: readonly string[]): NoPreflight => {
    printProblem(err, ...lines);
    return { kind: 'ended', status };
  };
  const user = userProblem(command.connection, isRoot);
  if (user !== undefined) return stop(user.status, messageText(user.problem));
  const input = parseDestination(command.destination, {
    localNames: await readLocalNames(platform),
    connection: command.connection,
  });
  const problem = destinationProblem(input, command.confirmedUriParameters);
  if (problem !== undefined || input.kind !== 'valid')
    return stop(exitStatus.usage, ...(problem ?? []).map(messageText));
  const opened = await openInventory(platform, command.connection);
  if (opened.kind === 'problem') return stop(exitStatus.unknown, messageText(opened.problem), opened.detail);
  const vm = findVm(opened.vms, command.vm);
  if (vm === undefined) {
    opened.close();
    return stop(exitStatus.unknown, messageText(msg('This host has no VM $0.', command.vm)));
  }
  const choices = choicesOf(command, vm, input.uri);
  const preflight = new Preflight({ platform, connection: opened.inventory.connection }, choices, {
    thorough: command.thorough,
  });
  if (!(await runChecks(preflight, command.quiet, environment))) {
    opened.close();
    return stop(exitStatus.unknown, messageText(msg('Checks stopped. Nothing was started.')));
  }
  // What is still measured would only refine the forecast.
  const state = preflight.state.get();
  preflight.stop();
  return {
    kind: 'done',
    choices,
    plan: preflight.plan,
    state,
    inventory: opened.inventory,
    close: opened.close,
  };
}
