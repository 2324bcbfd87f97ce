// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { expect } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import type { Finding } from '../../../src/engine/preflight/finding.ts';
import { App } from '../../../src/ui/app.tsx';
import { dialogScript } from '../../../src/ui/page/dialog-place.tsx';
import { doneWith, FakeModel, type FakePreflight, finding, vmNamed } from '../fake-model.ts';

// Loaded before the tests, as the page does it when idle.
await dialogScript.load();

export const web = vmNamed('web');

export const beta = 'qemu+ssh://beta/system';

export const closedPorts = finding('data-ports', {
  verdict: 'block',
  found: msg('All 64 ports are closed.'),
  original: 'No route to host',
  remedies: [
    { text: msg('Open them.'), command: 'firewall-cmd --add-port=49152-49215/tcp', host: 'destination' },
  ],
  override: { risk: msg('It may fail after it has begun.') },
});

export const wrongCpu = finding('cpu-compatibility', {
  verdict: 'block',
  found: msg('The CPU lacks features.'),
  details: [msg('avx512f')],
  remedies: [{ text: msg('Choose another CPU model.'), command: 'virsh edit web', host: 'source' }],
});

export const busy = finding('dirty-rate', {
  verdict: 'warn',
  found: msg('It changes 120 MiB/s.'),
  remedies: [{ text: msg('Pause it.'), action: { kind: 'pause-vm' } }],
});

export const untold: Extract<Finding, { verdict: 'unknown' }> = {
  check: 'shared-storage',
  title: msg('Shared storage'),
  group: 'storage',
  why: msg('Both hosts need the disk.'),
  verdict: 'unknown',
  found: msg('There was no answer within 8 seconds.'),
  remedies: [],
};

/** The page with the dialog opened by a link. */
export function follow(model: FakeModel, query: string): void {
  window.location.hash = `#/vm/web/migrate?${query}`;
  render(<App model={model} />);
}

/** The page with the dialog opened by a link, and Check pressed if it is enabled. */
export function open(model: FakeModel, query = `uri=${encodeURIComponent(beta)}`): void {
  follow(model, query);
  const check = screen.queryByRole('button', { name: 'Check' });
  if (check !== null) fireEvent.click(check);
}

export async function preflightOf(model: FakeModel, number = 1): Promise<FakePreflight> {
  await waitFor(() => {
    expect(model.preflights).toHaveLength(number);
  });
  const preflight = model.preflights[number - 1];
  if (preflight === undefined) throw new Error('no preflight');
  return preflight;
}

/** The page with the dialog and these findings. */
export async function openWith(...findings: readonly Finding[]): Promise<FakeModel> {
  const model = new FakeModel([web]);
  model.preflightState = doneWith(...findings);
  open(model);
  await preflightOf(model);
  return model;
}

/** Longer than the pause in typing after which the hosts are queried (350 ms). */
export async function rest(): Promise<void> {
  await act(async () => {
    await new Promise((resolve) => setTimeout(resolve, 700));
  });
}

export function migrateButton(): HTMLElement {
  return screen.getByRole('button', { name: 'Migrate' });
}

export function uriBox(): HTMLElement {
  return screen.getByRole('textbox', { name: 'Destination URI' });
}

export function row(check: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-check="${check}"]`);
  if (found === null) throw new Error(`no row of ${check}`);
  return found;
}

/** The headings of the groups. */
export function groups(): readonly string[] {
  return [...document.querySelectorAll('[data-group] > h3')].map(({ textContent }) => textContent);
}

export function shownChecks(): readonly string[] {
  return [...document.querySelectorAll<HTMLElement>('[data-check]')].map(
    ({ dataset }) => `${dataset['check'] ?? ''} ${dataset['verdict'] ?? 'waiting'}`,
  );
}
