// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, test } from 'vitest';
import { plainText } from '../../../src/engine/base/message.ts';
import { operationsFor } from '../../../src/engine/inventory/operations.ts';
import type { Vm, VmOperation, VmState } from '../../../src/engine/inventory/vm.ts';

function vm(state: VmState, more: Partial<Vm> = {}): Vm {
  return { connection: 'system', name: 'web', uuid: 'u', persistent: true, state, ...more };
}

function possible(machine: Vm): VmOperation[] {
  return operationsFor(machine)
    .filter(({ whyNot }) => whyNot === undefined)
    .map(({ operation }) => operation);
}

function asked(machine: Vm): VmOperation[] {
  return operationsFor(machine)
    .filter(({ confirmation }) => confirmation !== undefined)
    .map(({ operation }) => operation);
}

test('each state has its operations', () => {
  expect(possible(vm({ kind: 'running' }))).toEqual([
    'pause',
    'shut-down',
    'force-shut-down',
    'reboot',
    'force-reboot',
  ]);
  expect(possible(vm({ kind: 'paused', reason: 'user' }))).toEqual([
    'resume',
    'force-shut-down',
    'force-reboot',
  ]);
  expect(possible(vm({ kind: 'shut-off', migratedAway: false }))).toEqual(['run']);
  // libvirt keeps the process, so that the crash can be analysed.
  expect(possible(vm({ kind: 'crashed' }))).toEqual(['force-shut-down', 'force-reboot']);
});

test('an incoming VM has no operations', () => {
  const arriving = vm({ kind: 'paused', reason: 'migration' }, { transfer: { kind: 'arriving' } });
  expect(possible(arriving)).toEqual([]);
});

test('a VM that is being migrated can be paused and forced off', () => {
  const leaving = vm({ kind: 'running' }, { transfer: { kind: 'leaving' } });
  expect(possible(leaving)).toEqual(['pause', 'force-shut-down']);
});

test('operations that can lose data need a confirmation', () => {
  expect(asked(vm({ kind: 'running' }))).toEqual(['force-shut-down', 'force-reboot']);
  const away = vm(
    { kind: 'shut-off', migratedAway: true },
    { temporaryCopy: { destination: 'qemu+ssh://beta/system', since: '2026-11-23T11:00:00Z' } },
  );
  expect(asked(away)).toContain('run');
  expect(asked(vm({ kind: 'running' }, { persistent: false }))).toContain('shut-down');
});

describe('running a VM whose copy was moved temporarily', () => {
  const temporaryCopy = { destination: 'qemu+ssh://beta/system', since: '2026-11-23T11:00:00Z' };
  const off = { kind: 'shut-off', migratedAway: true } as const;
  const question = (copyDisks?: readonly string[]): string => {
    const copy = { ...temporaryCopy, ...(copyDisks === undefined ? {} : { copyDisks }) };
    const run = operationsFor(vm(off, { temporaryCopy: copy })).find(({ operation }) => operation === 'run');
    const { text, confirm } = run?.confirmation ?? {};
    return [text, confirm].map((each) => (each === undefined ? '' : plainText(each))).join(' / ');
  };

  test('warns about the disk that both would write to', () => {
    expect(question()).toMatch(/^A temporary copy .*both write to the same disk.* \/ Run: the copy is off$/);
  });

  test('warns about two states if disks were copied', () => {
    const text = question(['vda', 'vdb']);
    expect(text).toMatch(/with copies of these disks: vda, vdb\..*lack what the copy has written since/);
    expect(text).toMatch(/migrate the copy back/);
    expect(text).not.toMatch(/the same disk/);
    // Other storage may be shared.
    expect(text).toMatch(/every disk that was not copied/);
    expect(text).toMatch(/ \/ Run with the older disks$/);
  });
});
