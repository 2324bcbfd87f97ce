// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, it } from 'vitest';
import { type HistoryEntry, parseHistory } from '../../../src/engine/history/entry.ts';
import { keepHistory } from '../../../src/engine/migration/keep-history.ts';
import { reduce } from '../../../src/engine/migration/reducer.ts';
import type { Order } from '../../../src/engine/migration/run-context.ts';
import type { RunEvent } from '../../../src/engine/migration/run-event.ts';
import { orderedRun, type RunState, seenRun } from '../../../src/engine/migration/run-state.ts';
import { planFor } from '../../../src/engine/plan/plan.ts';
import { choices } from '../fixtures.ts';
import { arrived, hostsOf, sampleEvents, vm } from './run-samples.ts';

const order: Order = { choices, plan: planFor(choices), forecast: undefined };

/** The history line of a migration with these events. */
async function kept(
  begin: RunState,
  withOrder: Order | undefined,
  ...events: readonly RunEvent[]
): Promise<readonly HistoryEntry[]> {
  const state = events.reduce(reduce, begin);
  const written: string[] = [];
  await keepHistory(
    {
      platform: {
        run: (_argv: readonly string[], options?: { readonly input?: string }) => {
          written.push(options?.input ?? '');
          return Promise.resolve({ exitCode: 0, stdout: '', stderr: '' });
        },
      } as never,
      inventory: undefined as never,
      vm,
      signal: new AbortController().signal,
      state: () => state,
      dispatch: (event) => {
        throw new Error(`unexpected ${event.kind}`);
      },
    },
    withOrder,
    Date.parse('2026-11-28T10:00:00.000Z'),
  );
  return parseHistory(written.join('\n'));
}

const ordered = orderedRun({ vm, destination: choices.destination, temporary: false });
const {
  started,
  'job-copying': copying,
  'call-succeeded': succeeded,
  'hosts-answered': answered,
} = sampleEvents;

it('keeps that the rehearsal passed, and what was done meanwhile, with the answer', async () => {
  const at = '2026-11-28T10:00:05.000Z';
  const longer = { kind: 'longer-pause', milliseconds: 2000 } as const;
  const entries = await kept(
    ordered,
    order,
    { kind: 'rehearsal-started' },
    { kind: 'rehearsal-passed', rehearsal: arrived },
    started,
    copying,
    { kind: 'steer-asked', action: longer, by: 'plan', at },
    { kind: 'steered', action: longer },
    sampleEvents['steer-asked'],
    sampleEvents['steer-refused'],
    { kind: 'steer-asked', action: { kind: 'pause-vm' }, by: 'admin', at },
    succeeded,
    answered,
  );
  expect(entries).toMatchObject([
    {
      result: 'done',
      rehearsal: { result: 'passed', milliseconds: 500 },
      steered: [
        { action: longer, at, by: 'plan', state: 'done' },
        { action: { kind: 'post-copy' }, at, by: 'admin', state: 'refused', reason: 'not allowed' },
        { action: { kind: 'pause-vm' }, at, by: 'admin', state: 'asked' },
      ],
    },
  ]);
});

it('keeps one whose rehearsal failed, with why, though no host was asked where the VM is', async () => {
  const { 'rehearsal-started': begun, 'rehearsal-failed': failed } = sampleEvents;
  const [entry, ...others] = await kept(ordered, order, begun, failed);
  expect(others).toEqual([]);
  expect(entry).toMatchObject({
    result: 'failed',
    reason: 'it did not arrive',
    rehearsal: { result: 'failed', reason: 'QEMU on the destination refuses the state of a virtio device.' },
    startedHere: true,
  });
  expect(entry).not.toHaveProperty('runsOn');
});

it('keeps that the rehearsal was left out, with the reason where it was not the wish', async () => {
  const hooks = ['/etc/libvirt/hooks/qemu'];
  const skipped = { ...arrived, outcome: { kind: 'hooks', source: hooks, destination: [] } } as const;
  const [chosen] = await kept(ordered, order, started, succeeded, answered);
  expect(chosen?.rehearsal).toEqual({ result: 'left-out' });
  expect(chosen).not.toHaveProperty('steered');
  const [hooked] = await kept(
    ordered,
    order,
    { kind: 'rehearsal-started' },
    { kind: 'rehearsal-passed', rehearsal: skipped },
    started,
    succeeded,
    answered,
  );
  expect(hooked?.rehearsal).toEqual({
    result: 'left-out',
    reason: 'Not rehearsed: hook scripts would run for the stand-in: /etc/libvirt/hooks/qemu.',
  });
});

it('says nothing of the rehearsal of a migration that others started', async () => {
  const stayed = { ...answered, hosts: hostsOf({ kind: 'running' }, { kind: 'not-asked' }) };
  const [seen] = await kept(seenRun(vm), undefined, copying, { kind: 'vm-stayed' }, stayed);
  expect(seen).toMatchObject({ result: 'failed', startedHere: false });
  expect(seen).not.toHaveProperty('rehearsal');
});

it('keeps nothing of one that was taken out of the queue', async () => {
  expect(await kept(ordered, order, { kind: 'dropped' })).toEqual([]);
});
