// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, test } from 'vitest';
import { Later } from '../../../src/ui/model/later.ts';

test('is loaded once, when it is first needed', async () => {
  let loads = 0;
  const later = new Later(() => {
    loads += 1;
    return Promise.resolve(loads);
  });
  expect(later.state.get()).toEqual({ kind: 'waiting' });
  expect(loads).toBe(0);
  await Promise.all([later.load(), later.load()]);
  await later.load();
  expect(later.state.get()).toEqual({ kind: 'loaded', value: 1 });
});

test('says why it could not be loaded, and is loaded again on request', async () => {
  const answers = [() => Promise.reject(new TypeError('gone')), () => Promise.resolve('here')];
  const later = new Later(() => answers.shift()?.() ?? Promise.reject(new Error('asked too often')));
  await later.load();
  expect(later.state.get()).toMatchObject({ kind: 'failed', error: { message: 'gone' } });
  await later.load();
  expect(later.state.get()).toEqual({ kind: 'loaded', value: 'here' });
});
