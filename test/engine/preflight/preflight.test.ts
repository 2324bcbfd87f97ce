// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { msg, plainText } from '../../../src/engine/base/message.ts';
import { planFor } from '../../../src/engine/plan/plan.ts';
import { type Check, defineCheck } from '../../../src/engine/preflight/check.ts';
import { checks as allChecks } from '../../../src/engine/preflight/checks/index.ts';
import { defineFact } from '../../../src/engine/preflight/fact.ts';
import type { Finding } from '../../../src/engine/preflight/finding.ts';
import { Preflight } from '../../../src/engine/preflight/preflight.ts';
import { reportOf } from '../../../src/engine/preflight/report.ts';
import type { PreflightState } from '../../../src/engine/preflight/state.ts';
import { verdictOf } from '../../../src/engine/preflight/verdict-of.ts';
import { onAbort } from '../../../src/platform/on-abort.ts';
import { choices } from '../fixtures.ts';
import { dependencies, head } from './preflight-fixture.ts';

function check(id: string, judge: Check['judge'], needs: Check['needs'] = {}): Check {
  return { id, ...head, needs, wants: {}, judge };
}

const finding = (id: string, more: object): PreflightState['checks'][number] => ({
  status: 'done',
  finding: { check: id, ...head, found: msg('Found'), ...more } as Finding,
});
const state = (...checks: PreflightState['checks']): PreflightState => ({
  running: false,
  refining: false,
  copyable: undefined,
  checks,
  forecast: undefined,
});

describe('verdictOf', () => {
  const pass = finding('a', { verdict: 'pass' });
  const warn = finding('b', { verdict: 'warn', remedies: [{ text: msg('x') }] });
  const block = finding('c', { verdict: 'block', remedies: [{ text: msg('x') }] });
  const soft = finding('d', {
    verdict: 'block',
    remedies: [{ text: msg('x') }],
    override: { risk: msg('Risk') },
  });
  const unknown = finding('e', { verdict: 'unknown', remedies: [] });
  const waiting = { status: 'waiting', check: 'f', title: msg('x'), group: 'connection' } as const;
  const none = new Set<string>();

  it.each([
    ['ready', [pass, finding('x', { verdict: 'not-applicable' })], none],
    ['ready-with-warnings', [pass, warn], none],
    ['blocked', [pass, block, unknown, waiting], none],
    ['blocked', [block], new Set(['c'])],
    ['blocked', [soft], none],
    ['ready-with-warnings', [soft], new Set(['d'])],
    ['unknown', [pass, warn, unknown], none],
    ['unknown', [pass, waiting], none],
  ] as const)('says %s', (verdict, checks, overridden) => {
    expect(verdictOf(state(...checks), overridden)).toBe(verdict);
  });
});

describe('Preflight', () => {
  it('gives unknown for a judge that throws, and continues', async () => {
    const preflight = new Preflight(dependencies, choices, {
      checks: [
        check('bad', () => {
          throw new TypeError('x is not a function');
        }),
        defineCheck({
          id: 'good',
          ...head,
          needs: { four: defineFact<number>({ name: 'four', gather: () => 4 }) },
          judge: ({ four }) => ({ verdict: 'pass', found: msg('It is $0', four) }),
        }),
      ],
    });
    await preflight.start();
    const { checks, running } = preflight.state.get();
    expect(running).toBe(false);
    expect(checks).toMatchObject([
      { status: 'done', finding: { verdict: 'unknown', original: 'x is not a function' } },
      { status: 'done', finding: { verdict: 'pass' } },
    ]);
  });

  it('streams findings in as they are ready', async () => {
    let release: (value: number) => void = () => undefined;
    const late = defineFact<number>({
      name: 'late',
      gather: () =>
        new Promise((resolve) => {
          release = resolve;
        }),
    });
    const preflight = new Preflight(dependencies, choices, {
      checks: [
        check('late', () => ({ verdict: 'pass', found: msg('Late') }), { late }),
        check('early', () => ({ verdict: 'pass', found: msg('Early') })),
      ],
    });
    const seen: string[] = [];
    preflight.state.subscribe(() => {
      seen.push(
        preflight.state
          .get()
          .checks.map(({ status }) => status)
          .join(' '),
      );
    });
    const done = preflight.start();
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(seen).toContain('waiting done');
    release(1);
    await done;
    expect(preflight.state.get().checks.map(({ status }) => status)).toEqual(['done', 'done']);
  });

  it('ends when it is stopped', async () => {
    let aborted = false;
    const endless = defineFact<number>({
      name: 'endless',
      timeLimitMilliseconds: 60_000,
      gather: (_, { signal }) =>
        new Promise(() => {
          onAbort(signal, () => {
            aborted = true;
          });
        }),
    });
    const preflight = new Preflight(dependencies, choices, {
      checks: [check('endless', () => ({ verdict: 'pass', found: msg('x') }), { endless })],
    });
    const done = preflight.start();
    await new Promise((resolve) => setTimeout(resolve, 5));
    preflight.stop();
    await done;
    expect(aborted).toBe(true);
    expect(preflight.state.get()).toMatchObject({ running: false, checks: [{ status: 'waiting' }] });
  });

  it('never says passed on a machine where nothing works', async () => {
    const preflight = new Preflight(dependencies, choices);
    await preflight.start();
    const { checks, forecast } = preflight.state.get();
    expect(
      checks.map((progress) =>
        progress.status === 'done' ? `${progress.finding.check} ${progress.finding.verdict}` : '',
      ),
    ).toEqual(allChecks.map(({ id }) => `${id} ${id === 'uri' ? 'pass' : 'unknown'}`));
    expect(forecast).toMatchObject({ kind: 'unknown' });
    expect(verdictOf(preflight.state.get(), new Set())).toBe('unknown');
  });
});

describe('reportOf', () => {
  it('is plain data with all texts of the findings', () => {
    const report = reportOf(
      choices,
      planFor(choices),
      state(
        finding('a', { verdict: 'pass' }),
        finding('d', {
          verdict: 'block',
          original: 'error: x',
          details: [msg('Detail $0', 1)],
          remedies: [
            { text: msg('Do $0', 'it'), command: 'it', host: 'source' },
            { text: msg('Or that'), action: { kind: 'pause-vm' } },
          ],
          override: { risk: msg('Risk') },
        }),
      ),
      new Set(['d']),
    );
    expect(JSON.parse(JSON.stringify(report))).toEqual({
      version: 1,
      vm: 'web',
      destination: 'qemu+ssh://beta/system',
      verdict: 'ready-with-warnings',
      findings: [
        { check: 'a', group: 'host', verdict: 'pass', found: 'Found', why: 'Why' },
        {
          check: 'd',
          group: 'host',
          verdict: 'block',
          found: 'Found',
          why: 'Why',
          details: ['Detail 1'],
          original: 'error: x',
          overridden: true,
          remedy: { text: 'Do it', command: 'it', host: 'source' },
          remedies: [{ text: 'Do it', command: 'it', host: 'source' }, { text: 'Or that' }],
        },
      ],
      forecast: { kind: 'unknown', why: '' },
      plan: {
        flags: 27,
        flagNames: ['LIVE', 'PEER2PEER', 'PERSIST_DEST', 'UNDEFINE_SOURCE'],
        sentence: planFor(choices)
          .sentences.map((each) => plainText(each))
          .join(' '),
        command: planFor(choices).virsh,
      },
    });
  });
});

describe('other tuning of the migration', () => {
  it('is judged from the present facts: no host is queried again', async () => {
    let asked = 0;
    const told = defineFact<string>({
      name: 'told',
      gather: () => {
        asked += 1;
        return 'yes';
      },
    });
    const preflight = new Preflight(dependencies, choices, {
      checks: [
        defineCheck({
          id: 'told',
          title: msg('x'),
          group: 'host',
          why: msg('x'),
          needs: { told },
          judge: (_, { tuning }) => ({
            verdict: 'pass',
            found: msg(tuning.pauseVm === true ? 'paused' : 'running'),
          }),
        }),
      ],
    });
    const found = (): string => {
      const [first] = preflight.state.get().checks;
      return first?.status === 'done' ? plainText(first.finding.found) : 'waiting';
    };
    await preflight.start();
    expect(found()).toBe('running');
    preflight.retune({ pauseVm: true });
    await expect.poll(found).toBe('paused');
    expect(preflight.plan.tuning).toEqual({ pauseVm: true });
    expect(asked).toBe(1);
  });
});
