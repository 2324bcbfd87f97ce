// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../src/engine/base/message.ts';
import type { Forecast } from '../../src/engine/forecast/result.ts';
import type { Finding } from '../../src/engine/preflight/finding.ts';
import type { PreflightState } from '../../src/engine/preflight/state.ts';

const head = (check: string): Pick<Finding, 'check' | 'title' | 'group' | 'why'> => ({
  check,
  title: msg('Title of $0', check),
  group: 'host',
  why: msg('Why it matters.'),
});

export const passed: Finding = { ...head('uri'), verdict: 'pass', found: msg('All is well.') };

/** Everything that a finding may have, and characters that are something in Markdown. */
export const soft: Finding = {
  ...head('data-ports'),
  verdict: 'block',
  found: msg('Ports of <b>beta</b> are *closed*.'),
  details: [msg('49152'), msg('49153')],
  original: 'No route to ```host```\nsecond line',
  remedies: [
    { text: msg('Open them.'), command: 'firewall-cmd --add-port=49152-49215/tcp', host: 'destination' },
    { text: msg('Or use another address.') },
  ],
  override: { risk: msg('It may fail after it has begun.') },
};

export const hard: Finding = {
  ...head('name-collision'),
  verdict: 'block',
  found: msg('There is a VM $0.', 'web'),
  remedies: [
    {
      text: msg('Rename it.'),
      command: "virsh domrename web 'web 2'",
      host: 'source',
      xml: '<name>\n  web 2\n</name>',
    },
  ],
};

export const warning: Finding = {
  ...head('dirty-rate'),
  verdict: 'warn',
  found: msg('It is busy.'),
  remedies: [{ text: msg('Pause it.'), action: { kind: 'pause-vm' } }],
};

export const unknown = {
  ...head('shared-storage'),
  verdict: 'unknown',
  found: msg('No answer.'),
  original: 'timeout',
  remedies: [],
} satisfies Finding;

const rates = {
  dirtyBytesPerSecond: 3 * 1024 ** 2,
  bandwidthBytesPerSecond: 110 * 1024 ** 2,
  bandwidthAssumed: false,
  bandwidthSource: 'measured' as const,
  breakEvenBytesPerSecond: 4 * 1024 ** 2,
  allowedDowntimeMilliseconds: 300,
  course: [
    { milliseconds: 0, remainingBytes: 2 * 1024 ** 3 },
    { milliseconds: 26_000, remainingBytes: 0 },
  ],
  levers: [
    {
      lever: 'auto-converge' as const,
      confidence: 'estimate' as const,
      converges: true,
      totalMilliseconds: 26_000,
      downtimeMilliseconds: 120,
      throttlePercent: 0,
    },
    {
      lever: 'bandwidth-limit' as const,
      confidence: 'computed' as const,
      converges: false,
      limitBytesPerSecond: 55 * 1024 ** 2,
    },
    {
      lever: 'longer-pause' as const,
      confidence: 'computed' as const,
      converges: true,
      totalMilliseconds: 25_000,
      downtimeMilliseconds: 900,
      allowedMilliseconds: 1000,
    },
  ],
};

export const forecasts: readonly Forecast[] = [
  {
    kind: 'converges',
    totalMilliseconds: { low: 20_000, likely: 26_000, high: 74_000 },
    downtimeMilliseconds: 120,
    passes: 3,
    sentBytes: 2.1 * 1024 ** 3,
    ...rates,
  },
  {
    kind: 'does-not-converge',
    ...rates,
    bandwidthAssumed: true,
    bandwidthSource: 'nominal',
    breakEvenBytesPerSecond: 400 * 1024 ** 2,
  },
  { kind: 'unknown', why: msg('The VM does not run.') },
];

/** A preflight that is done. */
export function preflight(findings: readonly Finding[], forecast = forecasts[0]): PreflightState {
  return {
    running: false,
    copyable: undefined,
    checks: findings.map((finding) => ({ status: 'done', finding })),
    forecast,
  };
}
