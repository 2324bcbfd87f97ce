// SPDX-License-Identifier: LGPL-2.1-or-later

import { msg } from '../../src/engine/base/message.ts';
import type { Forecast } from '../../src/engine/forecast/result.ts';
import type { Finding } from '../../src/engine/preflight/finding.ts';
import type { PreflightState } from '../../src/engine/preflight/state.ts';
import { convergingForecast, forecastRates } from './forecast-fixture.ts';

const head = (check: string): Pick<Finding, 'check' | 'title' | 'group' | 'why'> => ({
  check,
  title: msg('Title of $0', check),
  group: 'host',
  why: msg('Why it matters.'),
});

export const passed: Finding = { ...head('uri'), verdict: 'pass', found: msg('All is well.') };

/** A finding with everything that it may have, and with characters that are special in Markdown. */
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

export const forecasts: readonly Forecast[] = [
  convergingForecast(74_000),
  {
    kind: 'does-not-converge',
    ...forecastRates,
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
    refining: false,
    copyable: undefined,
    checks: findings.map((finding) => ({ status: 'done', finding })),
    forecast,
  };
}
