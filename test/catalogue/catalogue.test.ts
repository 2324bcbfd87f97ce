// SPDX-License-Identifier: LGPL-2.1-or-later
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checks } from '../../src/engine/preflight/checks/index.ts';
import type { Finding } from '../../src/engine/preflight/finding.ts';
import { Lab } from '../lab/lab.ts';
import type { Hosts } from './case.ts';
import { apply, findingsOf, migrate, prepareCase, refusedFor, startThere, words } from './prepared-case.ts';
import { broken, healthy, ofHowMany } from './selection.ts';
import { undoing } from './undo.ts';

let lab: Lab;
let hosts: Hosts;
const tried = { broken: 0, healthy: 0 };
/** In ms; only to end a hanging test. */
const timeout = 300_000;
let caught = 0;
let falselyBlocked = 0;

beforeAll(async () => {
  lab = await Lab.start();
  hosts = { source: lab.host('alpha'), destination: lab.host('beta') };
});

afterAll(async () => {
  await lab.down();
  const line = `caught ${caught} of ${tried.broken}, false blocks ${falselyBlocked} of ${tried.healthy}${ofHowMany}\n`;
  process.stdout.write(line);
  // For `make check`, which repeats it at the end.
  const file = process.env['CKM_CATALOGUE_RESULT'];
  if (file !== undefined) writeFileSync(file, line);
});

describe('broken cases: the preflight finds each', { timeout }, () => {
  it.each(broken.map((one) => [`${one.check}: ${one.name}`, one] as const))('%s', async (_, testCase) => {
    const { check, verdict, says, refusal, cure } = testCase;
    // Measuring takes seconds, and does not affect the other checks.
    const those = checks.filter(({ id }) => id === check || id !== 'dirty-rate');
    tried.broken += 1;
    await undoing(async (undo) => {
      const { vm, choices } = await prepareCase(testCase, hosts, undo);
      const find = async (chosen = choices): Promise<readonly Finding[]> =>
        (await findingsOf(chosen, hosts, those)).filter((finding) => finding.check === check);
      const [finding] = await find();
      expect(words(finding)).toMatch(says);
      expect(finding?.verdict).toBe(verdict);
      if (refusal !== undefined) {
        // The finding is correct: libvirt refuses.
        const startable = !('start' in testCase.vm);
        const { exitCode, said } = await (startable
          ? refusedFor(refusal, choices, hosts)
          : startThere(vm, hosts));
        expect(said).toMatch(refusal);
        expect(exitCode).not.toBe(0);
      }
      caught += 1;
      if (cure !== undefined && finding !== undefined && 'remedies' in finding) {
        const chosen = await apply(finding.remedies[cure], choices, hosts);
        // The command that ends a job returns before the job has ended.
        await expect
          .poll(async () => words((await find(chosen))[0]), { timeout: 30_000 })
          .toMatch(new RegExp(`^${check}: pass`));
      }
    });
  });
});

describe('healthy cases: nothing blocks, and the VM arrives', { timeout }, () => {
  it.each(healthy.map((one) => [one.name, one] as const))('%s', async (_, testCase) => {
    tried.healthy += 1;
    await undoing(async (undo) => {
      const { vm, guest, choices } = await prepareCase(testCase, hosts, undo);
      const findings = await findingsOf(choices, hosts, checks);
      const blocking = findings.filter(({ verdict }) => verdict === 'block');
      if (blocking.length > 0) falselyBlocked += 1;
      expect(blocking.map(words)).toEqual([]);
      // Over tcp and tls there is no shell.
      const overSsh = choices.destination.startsWith('qemu+ssh:');
      const unknown = findings.filter(({ verdict }) => overSsh && verdict === 'unknown');
      expect(unknown.map(words)).toEqual([]);
      const { exitCode, said } = await migrate(choices, hosts);
      expect([said, exitCode]).toEqual(['', 0]);
      expect(await hosts.destination.virsh('domstate', vm.uuid)).toBe(
        guest === undefined ? 'paused' : 'running',
      );
      await guest?.goesOn();
    });
  });
});
