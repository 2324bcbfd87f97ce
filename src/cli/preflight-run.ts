// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../engine/base/index.ts';
import { parseDestination } from '../engine/destination/index.ts';
import type { Inventory } from '../engine/inventory/index.ts';
import type { MigrationChoices, Plan } from '../engine/plan/index.ts';
import { Preflight, type PreflightState, readLocalNames } from '../engine/preflight/index.ts';
import type { VmCommand } from './arguments.ts';
import { destinationProblem } from './destination-text.ts';
import { type CliEnvironment, messageText, printProblem } from './environment.ts';
import { type ExitStatus, exitStatus } from './exit-status.ts';
import { findVm, openInventory } from './open-inventory.ts';
import { StatusDisplay } from './status-line.ts';

/** A preflight that ran to its end; the inventory is open until it is closed. */
export interface PreflightRun {
  readonly kind: 'done';
  readonly choices: MigrationChoices;
  readonly plan: Plan;
  readonly state: PreflightState;
  readonly inventory: Inventory;
  readonly close: () => void;
}

/** It did not come to the checks, or they were ended; why was printed. */
export interface NoPreflight {
  readonly kind: 'ended';
  readonly status: ExitStatus;
}

/** Finds the VM and runs all checks for it. */
export async function runPreflight(
  command: VmCommand,
  surroundings: CliEnvironment,
): Promise<PreflightRun | NoPreflight> {
  const { platform, isRoot, err } = surroundings;
  const stop = (status: ExitStatus, ...lines: readonly string[]): NoPreflight => {
    printProblem(err, ...lines);
    return { kind: 'ended', status };
  };
  // libvirt signs in at the destination as whom it runs: what another user can reach would say nothing.
  if (command.connection === 'system' && !isRoot)
    return stop(
      exitStatus.unknown,
      messageText(msg("The host's libvirt reaches the destination as root. Run this as root too.")),
    );
  if (command.connection === 'session' && isRoot)
    return stop(
      exitStatus.usage,
      messageText(msg("root has no libvirt of its own: its VMs are the host's.")),
    );
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
    return stop(exitStatus.unknown, messageText(msg('There is no VM $0 on this host.', command.vm)));
  }
  const choices: MigrationChoices = {
    vm: { connection: vm.connection, name: vm.name, uuid: vm.uuid },
    destination: input.uri,
    temporary: command.temporary,
    confirmedUriParameters: command.confirmedUriParameters,
    ...(command.dirtyRateSeconds === undefined ? {} : { dirtyRateSeconds: command.dirtyRateSeconds }),
    ...(command.bandwidthBytesPerSecond === undefined
      ? {}
      : { bandwidthBytesPerSecond: command.bandwidthBytesPerSecond }),
    ...(command.migrationUri === undefined ? {} : { migrationUri: command.migrationUri }),
    ...(command.copyDisks === undefined ? {} : { copyDisks: command.copyDisks }),
  };
  const preflight = new Preflight({ platform, connection: opened.inventory.connection }, choices);
  const display = new StatusDisplay(err);
  const undo = preflight.state.subscribe(() => {
    const { checks } = preflight.state.get();
    const done = checks.filter(({ status }) => status === 'done').length;
    if (!command.quiet)
      display.show({
        stage: 'checking',
        text: messageText(msg('Checking: $0 of $1.', done, checks.length)),
      });
  });
  const ended = new AbortController();
  const forget = surroundings.onSignal(() => {
    ended.abort();
    preflight.stop();
  });
  await preflight.start();
  forget();
  undo();
  display.clear();
  if (ended.signal.aborted) {
    opened.close();
    return stop(exitStatus.unknown, messageText(msg('The checks were ended. Nothing was started.')));
  }
  return {
    kind: 'done',
    choices,
    plan: preflight.plan,
    state: preflight.state.get(),
    inventory: opened.inventory,
    close: opened.close,
  };
}
