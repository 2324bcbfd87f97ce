// SPDX-License-Identifier: LGPL-2.1-or-later
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Guest, Lab, type LabHost } from './lab.ts';
import { Program } from './program.ts';

let lab: Lab;
let alpha: LabHost;
let beta: LabHost;
let guest: Guest;

beforeAll(async () => {
  lab = await Lab.start({ ipv6: true });
  alpha = lab.host('alpha');
  beta = lab.host('beta');
  guest = await alpha.guest('six', { disk: 'none' });
  await guest.booted();
});

afterAll(async () => {
  await lab.down();
});

it('has hosts without IPv4', async () => {
  for (const host of [alpha, beta]) {
    const { stdout } = await host.exec(['ip', '-o', '-4', 'address', 'show', 'dev', 'eth0']);
    expect(stdout).toBe('');
    expect(host.address).toMatch(/^fd77:/);
  }
});

/** First by address, there; then back by a name that has an address of IPv6 alone. */
it.each([
  ['an address', (): readonly [LabHost, LabHost] => [alpha, beta], ({ address }: LabHost) => `[${address}]`],
  ['a name', (): readonly [LabHost, LabHost] => [beta, alpha], ({ name }: LabHost) => name],
])('checks and moves a VM to %s', async (_what, hosts, nameOf) => {
  const [from, to] = hosts();
  const program = await Program.install(from);
  const report = await program.migrate(guest.name, `qemu+ssh://${nameOf(to)}/system`, '--period=1');
  expect(report.findings.filter(({ verdict }) => verdict !== 'pass' && verdict !== 'not-applicable')).toEqual(
    [],
  );
  expect(report.migration).toMatchObject({ phase: 'done', verification: 'confirmed' });
  expect(await to.virsh('domstate', guest.uuid)).toBe('running');
  expect(await from.virsh('list', '--all', '--uuid')).not.toContain(guest.uuid);
  await guest.goesOn();
});
