// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, test } from 'vitest';
import type { ReportedState } from '../../../src/engine/migration/reported-state.ts';
import {
  type Expectation,
  type HostAnswers,
  judgeAnswers,
  verificationOf,
} from '../../../src/engine/migration/verification.ts';

const uuid = '0178c545-e3fe-456b-b934-f487d10a9784';
const gone: ReportedState = { kind: 'absent' };
const off: ReportedState = { kind: 'off', reason: 'migrated' };
const permanent: Expectation = {
  vm: { connection: 'system', name: 'web', uuid },
  destination: 'qemu+ssh://beta/system',
  temporary: false,
  paused: false,
};

function there(
  state = 'running (migrated)',
  persistent = 'yes',
  id = uuid,
  autostart = 'disable',
): HostAnswers['destination'] {
  return {
    state: { id: 'state', ok: true, text: `${state}\n` },
    uuid: { id: 'uuid', ok: true, text: `${id}\n` },
    info: {
      id: 'info',
      ok: true,
      text: `Id:             1\nPersistent:     ${persistent}\nAutostart:      ${autostart}\n`,
    },
  };
}

function verdict(
  expectation: Expectation,
  destination: HostAnswers['destination'],
  source: HostAnswers['source'],
): string {
  return verificationOf(judgeAnswers(expectation, { destination, source }));
}

test('confirmed only if every answer is as expected', () => {
  expect(verdict(permanent, there(), gone)).toBe('confirmed');
  expect(verdict({ ...permanent, temporary: true }, there(undefined, 'no'), off)).toBe('confirmed');
  expect(verdict({ ...permanent, paused: true }, there('paused (user)'), gone)).toBe('confirmed');
});

test.each([
  ['still here', there(), { kind: 'running' } as const],
  ['left its definition', there(), off],
  ['paused over there', there('paused (migrating)'), gone],
  ['not defined over there', there(undefined, 'no'), gone],
  ['another VM of that name', there(undefined, 'yes', 'other'), gone],
])('contradicted: %s', (_, destination, source) => {
  expect(verdict(permanent, destination, source)).toBe('contradicted');
});

test('a VM that the destination does not have contradicts', () => {
  const error = `error: failed to get domain '${uuid}'`;
  const missing = { id: 'state', ok: false as const, error };
  expect(verdict(permanent, { state: missing, uuid: missing, info: missing }, gone)).toBe('contradicted');
});

test('what could not be queried is never assumed', () => {
  expect(verdict(permanent, { unreachable: 'No route to host' }, gone)).toBe('incomplete');
  expect(verdict(permanent, there(), { kind: 'silent', error: 'no' })).toBe('incomplete');
  const { destination: _, temporary: __, ...foreign } = permanent;
  expect(verdict(foreign, undefined, gone)).toBe('incomplete');
});

test('one that starts with this host has to start with the other', () => {
  const starting = { ...permanent, autostart: true };
  expect(verdict(starting, there(undefined, undefined, undefined, 'enable'), gone)).toBe('confirmed');
  expect(verdict(starting, there(), gone)).toBe('contradicted');
  expect(verdict(starting, there(undefined, undefined, undefined, '?'), gone)).toBe('incomplete');
});
