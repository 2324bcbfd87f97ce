// SPDX-License-Identifier: LGPL-2.1-or-later
import { render, screen, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';
import { App } from '../../../src/ui/app.tsx';
import { OriginalText } from '../../../src/ui/common/index.ts';
import { FakeModel, migrationOf, vmNamed } from '../fake-model.ts';

/** Names that a VM's owner may choose. libvirt refuses only line breaks and slashes. */
const hostile = [
  '--help',
  '-oProxyCommand=reboot',
  '$(reboot)',
  '`reboot`',
  `"'><img src=x onerror="document.title='hacked'">`,
  '<script>document.title="hacked"</script>',
  'javascript:alert(1)',
  'web\u202egnp.exe',
  'web\u001b[2J\u0007',
  'web\u200b',
  '{{7*7}} $0 $1',
  'Ready: every check passed.',
  'x'.repeat(20_000),
];

function openAt(hash: string, model: FakeModel): void {
  window.history.replaceState(null, '', hash);
  render(<App model={model} />);
}

test.each(hostile.map((name) => [encodeURIComponent(name).slice(0, 60), name]))(
  'a VM of any name is a row of text, and its link opens its dialog alone: %s',
  async (_label, name = '') => {
    const title = document.title;
    const model = new FakeModel([vmNamed(name)]);
    openAt(`#/vm/${encodeURIComponent(name)}/migrate`, model);
    await screen.findByRole('dialog', { name: 'Migrate VM to another host' });
    const row = [...document.querySelectorAll<HTMLElement>('tr[data-vm]')].find(
      ({ dataset }) => dataset['vm'] === name,
    );
    expect(row).toBeDefined();
    expect(document.querySelectorAll('img, script, a[href^="javascript:"]')).toHaveLength(0);
    expect(document.title).toBe(title);
    expect(document.body.textContent).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\u200b]/u);
    for (const { ariaLabel } of document.querySelectorAll('[aria-label]'))
      expect(ariaLabel ?? '').not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}\u200b]/u);
    expect(row?.textContent.length).toBeLessThan(6000);
  },
);

test('a link to a VM that does not exist repeats no invisible characters', async () => {
  openAt(
    `#/vm/${encodeURIComponent('x\u202e<b>Sign in again</b>')}/migrate`,
    new FakeModel([vmNamed('web')]),
  );
  await screen.findByText(/This host has no VM named x\\u202e<b>Sign in again<\/b>/);
  expect(document.querySelector('b')).toBeNull();
});

test('an answer of a host is shown as original text, with invisible characters escaped, and cut if it is long', () => {
  render(
    <OriginalText>{`error: \u202edessap\u202c <b>ok</b>\u001b]0;x\u0007${'y'.repeat(1e6)}`}</OriginalText>,
  );
  const shown = document.querySelector('.migrate-original-text')?.textContent ?? '';
  expect(shown).toContain(String.raw`error: \u202edessap\u202c <b>ok</b>\u001b]0;x\u0007`);
  expect(shown.length).toBeLessThan(6000);
});

test('a migration to a host with a hostile name is shown with invisible characters escaped', async () => {
  const web = vmNamed('web');
  const model = new FakeModel([web]);
  model.migrations.state.set([
    migrationOf(web, { phase: 'preparing' }, { destination: 'qemu+ssh://be\u202eta<img src=x>/system' }),
  ]);
  openAt('#/', model);
  await waitFor(() => {
    expect(document.querySelector('[data-migration]')).not.toBeNull();
  });
  expect(document.body.textContent).not.toMatch(/\u202e/);
  expect(document.querySelector('img')).toBeNull();
});
