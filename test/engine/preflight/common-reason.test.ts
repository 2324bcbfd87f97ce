// SPDX-License-Identifier: LGPL-2.1-or-later
import { expect, test } from 'vitest';
import { type Message, msg } from '../../../src/engine/base/message.ts';
import type { Remedy } from '../../../src/engine/base/remedy.ts';
import { type FindingGroup, groupByReason } from '../../../src/engine/preflight/common-reason.ts';
import type { Finding } from '../../../src/engine/preflight/finding.ts';
import { passed, unknown, warning } from '../report-fixture.ts';

const noShell = msg('Over $0 there is no shell.', 'tcp');
const ask: Remedy = { text: msg('Use ssh.') };
const look: Remedy = { text: msg('Look by hand.'), command: 'ls -l /x', host: 'destination' };

function untold(check: string, found: Message, more: Partial<typeof unknown> = {}): Finding {
  return {
    check,
    title: msg('Title'),
    group: 'host',
    why: msg('Why'),
    found,
    ...more,
    verdict: 'unknown',
    remedies: [],
  };
}

/** The checks that share a reason. */
function together(groups: readonly FindingGroup[]): readonly (readonly string[])[] {
  return groups.map((group) =>
    group.kind === 'finding' ? [group.finding.check] : group.reason.findings.map(({ check }) => check),
  );
}

test('checks that are unknown for one reason are grouped at the position of the first', () => {
  const other = untold('c', msg('Over $0 there is no shell.', 'tls'));
  const findings = [passed, untold('a', noShell), other, warning, untold('b', { ...noShell }), unknown];
  expect(together(groupByReason(findings))).toEqual([
    [passed.check],
    ['a', 'b'],
    ['c'],
    [warning.check],
    [unknown.check],
  ]);
});

test('another text of libvirt is another reason', () => {
  const original = (text: string): Finding => untold(text, noShell, { original: text });
  expect(together(groupByReason([original('x'), original('y')]))).toEqual([['x'], ['y']]);
});

test('what they have in common is said once, and each keeps the rest', () => {
  const a: Finding = {
    ...unknown,
    check: 'a',
    details: [msg('One'), msg('Two')],
    remedies: [ask, look],
  };
  const b: Finding = { ...unknown, check: 'b', details: [msg('Two')], remedies: [ask] };
  expect(groupByReason([a, b])).toEqual([
    {
      kind: 'same-reason',
      reason: {
        found: unknown.found,
        original: 'timeout',
        details: [msg('Two')],
        remedies: [ask],
        findings: [
          { ...a, details: [msg('One')], remedies: [look] },
          { ...b, details: [], remedies: [] },
        ],
      },
    },
  ]);
});

test('every check appears exactly once', () => {
  const findings = [untold('a', noShell), unknown, passed, untold('b', noShell), warning];
  expect(together(groupByReason(findings)).flat().sort()).toEqual(findings.map(({ check }) => check).sort());
});
