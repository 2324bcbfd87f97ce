// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { checkText } from '../../src/cli/check-text.ts';
import { destinationProblem } from '../../src/cli/destination-text.ts';
import { messageText, printJson, stripControlCharacters } from '../../src/cli/environment.ts';
import { listText } from '../../src/cli/list-command.ts';
import { cutText, wrapText } from '../../src/cli/text-layout.ts';
import { msg } from '../../src/engine/base/message.ts';
import type { Remedy } from '../../src/engine/base/remedy.ts';
import { parseDestination } from '../../src/engine/destination/uri.ts';
import type { Vm } from '../../src/engine/inventory/vm.ts';
import { planFor } from '../../src/engine/plan/plan.ts';
import { choices, uuid } from '../engine/fixtures.ts';
import { hard, passed, preflight, soft, unknown, warning } from '../engine/report-fixture.ts';

describe('checkText', () => {
  it('shows the findings, the worst first, and what to do', () => {
    const state = preflight([passed, warning, soft, unknown, hard]);
    expect(
      checkText(choices, planFor(choices), state, new Set(), 60).join('\n'),
    ).toBe(`web -> qemu+ssh://beta/system
web runs on the destination and is defined there. This host
keeps no definition.

PROBLEM  Title of data-ports [data-ports]
         Ports of <b>beta</b> are *closed*.
         - 49152
         - 49153
         | No route to \`\`\`host\`\`\`
         | second line
         Why it matters.
         -> Open them.
            Run on the destination:
              firewall-cmd --add-port=49152-49215/tcp
         -> Or use another address.
         To override, add --override data-ports. Risk: It
         may fail after it has begun.
PROBLEM  Title of name-collision [name-collision]
         There is a VM web.
         Why it matters.
         -> Rename it.
            Run on this host:
              virsh domrename web 'web 2'
              <name>
                web 2
              </name>
UNKNOWN  Title of shared-storage [shared-storage]
         No answer.
         | timeout
         Why it matters.
WARNING  Title of dirty-rate [dirty-rate]
         It is busy.
         Why it matters.
         -> Pause it.
passed   Title of uri [uri]

Forecast: Takes between 20 s and 1 min 14 s. The VM pauses
at the end: about 120 ms for the last of its memory, and a
moment to switch over. The VM writes 3 MiB/s of memory; the
migration sends about 2.1 GiB. The link carries 110 MiB/s
(measured). The migration finishes if the link carries at
least 4 MiB/s.
What changes the forecast:
  - Throttle the VM (auto-converge): 26 s with a pause of
  120 ms (estimate).
  - Limit the bandwidth to 55 MiB/s: will not finish.
  - Allow a pause of 1 s: 25 s with a pause of 900 ms.
The same with virsh: virsh -c qemu:///system migrate --live --p2p --persistent --undefinesource --domain ${uuid} --desturi qemu+ssh://beta/system

Not ready: this migration would fail.`);
  });

  it('says once why several checks could not be done', () => {
    const look: Remedy = { text: msg('Look there.'), command: 'ls -l /images', host: 'destination' };
    const state = preflight([
      unknown,
      { ...unknown, check: 'disk-path', title: msg('Images'), remedies: [look] },
      { ...unknown, check: 'clock-skew', title: msg('Clocks'), found: msg('Something else.') },
    ]);
    const text = checkText(choices, planFor(choices), state, new Set(), 60).join('\n');
    expect(text).toContain(`
UNKNOWN  Title of shared-storage [shared-storage]
UNKNOWN  Images [disk-path]
         These 2 checks were not made, for the same reason:
         No answer.
         | timeout
         -> Images: Look there.
            Run on the destination:
              ls -l /images
UNKNOWN  Clocks [clock-skew]
         Something else.
`);
  });

  it('marks a block that was overridden', () => {
    const lines = checkText(choices, planFor(choices), preflight([soft]), new Set(['data-ports']), 80);
    expect(lines).toContain('OVERRIDE Title of data-ports [data-ports]');
    expect(lines).toContain('         Overridden. Risk: It may fail after it has begun.');
    expect(lines.at(-1)).toBe('Ready, with warnings.');
  });
});

describe('listText', () => {
  it('is a table', () => {
    const vm: Vm = { connection: 'system', name: 'web', uuid, state: { kind: 'running' }, persistent: true };
    expect(
      listText([
        { ...vm, vcpus: 2, memoryBytes: 2 * 1024 ** 3 },
        {
          ...vm,
          name: 'database',
          state: { kind: 'paused', reason: 'io-error' },
          transfer: { kind: 'leaving', percent: 7 },
        },
        {
          ...vm,
          name: 'db',
          state: { kind: 'shut-off', migratedAway: true },
          temporaryCopy: { destination: 'qemu+ssh://b/system', since: '' },
        },
        { ...vm, name: 'x', state: { kind: 'paused', reason: 'io-error' } },
      ]),
    ).toEqual([
      'Name      State                                            CPUs  Memory  UUID',
      `web       Running                                          2     2 GiB   ${uuid}`,
      `database  Leaving, 7 %                                     -     -       ${uuid}`,
      `db        Shut off; temporary copy on qemu+ssh://b/system  -     -       ${uuid}`,
      `x         Paused (io-error)                                -     -       ${uuid}`,
    ]);
  });
});

describe('the text layout', () => {
  it('measures the width on the terminal, also of Chinese and emoji', () => {
    const vm: Vm = { connection: 'system', name: '网络', uuid, state: { kind: 'running' }, persistent: true };
    const [, first, second] = listText([vm, { ...vm, name: 'a👩‍💻b' }]);
    expect(first).toBe(`网络  Running  -     -       ${uuid}`);
    expect(second).toBe(`a👩‍💻b  Running  -     -       ${uuid}`);
    expect(wrapText('网络 网络 é', 10, '')).toEqual(['网络 网络', 'é']);
    expect(cutText('网络网络', 5)).toBe('网络');
    expect(cutText('abc', 5)).toBe('abc');
  });

  it('keeps a word that is longer, and the bytes of a name', () => {
    expect(wrapText('to  /images/longer\nnow', 5, '  ')).toEqual(['  to', '  /images/longer', '  now']);
    expect(wrapText('e\u0301', 5, '')).toEqual(['e\u0301']);
    expect(wrapText(' ', 5, '')).toEqual([]);
  });
});

describe('destinationProblem', () => {
  const problem = (text: string, confirmed: readonly string[] = []): readonly string[] | undefined =>
    destinationProblem(parseDestination(text, { localNames: ['alpha'] }), confirmed)?.map(messageText);

  it('says what to enter instead', () => {
    expect(problem('qemu+ssh://beta/system')).toBeUndefined();
    expect(problem('beta')?.join(' ')).toContain('qemu+ssh://beta/system');
    expect(problem('')).toEqual(['Enter a destination URI.']);
    expect(problem('qemu+ssh')?.[0]).toBe('The destination URI is not complete.');
    expect(problem('qemu+ssh://alpha/system')).toHaveLength(1);
    expect(problem('xen://beta/')?.[1]).toBe('Did you mean qemu+ssh://beta/system?');
  });

  it('requires a confirmation of dangerous parameters', () => {
    const uri = 'qemu+tls://beta/system?no_verify=1';
    expect(problem(uri)?.[0]).toMatch(/--confirm-parameter no_verify\.$/);
    expect(problem(uri, ['no_verify'])).toBeUndefined();
  });
});

describe('printable', () => {
  it('leaves no control character but the line break', () => {
    expect(stripControlCharacters('a\u001b[31mb\tc\nd\u0085\u0000\r')).toBe('a?[31mb c\nd???');
  });

  it('leaves no bidirectional or invisible characters, also in JSON', () => {
    expect(stripControlCharacters('web\u202egnp.exe\u200b')).toBe(String.raw`web\u202egnp.exe\u200b`);
    const written: string[] = [];
    const document = { name: 'web\u202e\u009b2J\u001b', found: 'שרת "\\' };
    printJson({ isTerminal: true, columns: 80, write: (text) => written.push(text) }, document);
    expect(written.join('')).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
    expect(JSON.parse(written.join(''))).toEqual(document);
  });
});
