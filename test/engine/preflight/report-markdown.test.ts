// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { planFor } from '../../../src/engine/plan/plan.ts';
import { markdownOf } from '../../../src/engine/preflight/report-markdown.ts';
import { choices, uuid } from '../fixtures.ts';
import { forecasts, hard, passed, preflight, soft, unknown, warning } from '../report-fixture.ts';

describe('markdownOf', () => {
  it('has everything that was found, the worst first', () => {
    const state = preflight([passed, warning, soft, unknown, hard]);
    expect(
      markdownOf(choices, planFor(choices), state, new Set(['data-ports'])),
    ).toBe(`# Migration of web to qemu+ssh://beta/system

**Not ready: this migration would fail.**

web runs on the destination and is defined there. This host keeps no definition.

## Findings

### Problem (overridden): Title of data-ports (\`data-ports\`)

Ports of \\<b\\>beta\\</b\\> are \\*closed\\*.

- 49152
- 49153

\`\`\`\`
No route to \`\`\`host\`\`\`
second line
\`\`\`\`

Why it matters.

- Open them.

  On the destination:

  \`\`\`
  firewall-cmd --add-port=49152-49215/tcp
  \`\`\`

- Or use another address.

### Problem: Title of name-collision (\`name-collision\`)

There is a VM web.

Why it matters.

- Rename it.

  On the source:

  \`\`\`
  virsh domrename web 'web 2'
  \`\`\`

  \`\`\`
  <name>
    web 2
  </name>
  \`\`\`

### Unknown: Title of shared-storage (\`shared-storage\`)

No answer.

\`\`\`
timeout
\`\`\`

Why it matters.

### Warning: Title of dirty-rate (\`dirty-rate\`)

It is busy.

Why it matters.

- Pause it.

### Nothing to do

- Passed: Title of uri (\`uri\`). All is well.

## Forecast

Takes between 20 s and 1 min 14 s. The VM pauses at the end: about 120 ms for the last of its memory, and a moment to switch over. The VM writes 3 MiB/s of memory; the migration sends about 2.1 GiB. The link carries 110 MiB/s (measured). The migration finishes if the link carries at least 4 MiB/s.

- Throttle the VM (auto-converge): 26 s with a pause of 120 ms (estimate).
- Limit the bandwidth to 55 MiB/s: will not finish.
- Allow a pause of 1 s: 25 s with a pause of 900 ms.

## The same migration with virsh

\`\`\`
virsh -c qemu:///system migrate --live --p2p --persistent --undefinesource --domain ${uuid} --desturi qemu+ssh://beta/system
\`\`\`
`);
  });

  it('is in the language of the translator', () => {
    const text = markdownOf(choices, planFor(choices), preflight([passed], forecasts[2]), new Set(), {
      gettext: (each) => each.toUpperCase(),
      ngettext: (each) => each,
      number: String,
    });
    expect(text).toContain('## FINDINGS');
    expect(text).toContain('UNKNOWN: THE VM DOES NOT RUN.');
  });

  it('says that a migration would not finish', () => {
    const text = markdownOf(choices, planFor(choices), preflight([passed], forecasts[1]), new Set());
    expect(text).toContain('This migration will not finish.');
    expect(text).toContain('The link carries 110 MiB/s (nominal, not measured).');
    expect(text).toContain('at least 400 MiB/s.');
  });
});
