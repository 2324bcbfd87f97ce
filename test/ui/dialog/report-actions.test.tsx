// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import { App } from '../../../src/ui/app.tsx';
import { fileName } from '../../../src/ui/common/download.ts';
import { dialogScript } from '../../../src/ui/page/dialog-place.tsx';
import { schemaProblems } from '../../json-schema.ts';
import { expectAccessible } from '../axe.ts';
import { doneWith, FakeModel, finding, passed, vmNamed } from '../fake-model.ts';

await dialogScript.load();

const web = vmNamed('web 1');
const ports = finding('data-ports', {
  verdict: 'block',
  found: msg('All 64 ports are closed.'),
  remedies: [{ text: msg('Open them.'), command: 'firewall-cmd --reload', host: 'destination' }],
  override: { risk: msg('It may fail.') },
});

/** The dialog with a finished preflight. */
async function openDialog(query = 'uri=qemu%2Bssh%3A%2F%2Fbeta%2Fsystem'): Promise<FakeModel> {
  const model = new FakeModel([web]);
  model.preflightState = doneWith(passed('uri'), ports);
  window.location.hash = `#/vm/web%201/migrate?${query}`;
  render(<App model={model} />);
  fireEvent.click(button('Check'));
  // Queries by role are slow on a busy machine.
  await waitFor(
    () => {
      expect(button('Copy findings')).toBeEnabled();
    },
    { timeout: 10_000 },
  );
  return model;
}

function button(name: string): HTMLElement {
  return screen.getByRole('button', { name });
}

/** Records the downloads that the browser gets. */
function catchDownloads(): { readonly name: string; readonly text: Promise<string> }[] {
  const caught: { name: string; text: Promise<string> }[] = [];
  let blob: Blob | undefined;
  vi.stubGlobal(
    'URL',
    Object.assign(class extends URL {}, {
      createObjectURL: (each: Blob) => {
        blob = each;
        return 'blob:it';
      },
      revokeObjectURL: () => undefined,
    }),
  );
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (this: HTMLAnchorElement) {
    if (blob === undefined || this.href !== 'blob:it') throw new Error('nothing to save');
    const reader = new FileReader();
    const text = new Promise<string>((resolve) => {
      reader.onload = () => {
        resolve(typeof reader.result === 'string' ? reader.result : '');
      };
    });
    reader.readAsText(blob);
    caught.push({ name: this.download, text });
  });
  return caught;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

describe('the report', () => {
  test('is copied as Markdown', async () => {
    const user = userEvent.setup();
    await openDialog();
    await user.click(button('Copy findings'));
    await screen.findByText('Copied.');
    const text = await navigator.clipboard.readText();
    expect(text).toMatch(/^# Migration of web 1 to qemu\+ssh:\/\/beta\/system\n/);
    expect(text).toContain('### Problem: data ports (`data-ports`)');
    expect(text).toContain('firewall-cmd --reload');
    expect(text).toContain('- Passed: uri (`uri`)');
  });

  test('says if the browser does not allow copying', async () => {
    const user = userEvent.setup();
    await openDialog();
    vi.spyOn(navigator.clipboard, 'writeText').mockRejectedValue(new DOMException('no'));
    Object.assign(document, { execCommand: () => false });
    await user.click(button('Copy findings'));
    await screen.findByText(/did not let the page copy/);
  });

  test('is saved as Markdown and as JSON of the schema, with overrides', async () => {
    const caught = catchDownloads();
    const user = userEvent.setup();
    await openDialog();
    await user.click(screen.getByRole('checkbox', { name: /^Override this problem/ }));
    await user.click(button('Download as Markdown'));
    await user.click(button('Download as JSON'));
    expect(caught.map(({ name }) => name)).toEqual(['web_1-migration.md', 'web_1-migration.json']);
    expect(await caught[0]?.text).toContain('### Problem (overridden): data ports');
    const report: unknown = JSON.parse((await caught[1]?.text) ?? '');
    expect(schemaProblems(report)).toEqual([]);
    expect(report).toMatchObject({
      vm: 'web 1',
      verdict: 'ready-with-warnings',
      findings: [{ check: 'uri' }, { check: 'data-ports', overridden: true }],
    });
  });

  test('is not available while checks run', async () => {
    const model = await openDialog();
    act(() => {
      model.preflights[0]?.state.update((state) => ({ ...state, running: true }));
    });
    for (const name of ['Copy findings', 'Download as Markdown', 'Download as JSON'])
      expect(button(name)).toBeDisabled();
  });
});

describe('“Show command”', () => {
  test('shows the command of the plan, and follows the choices', async () => {
    const user = userEvent.setup();
    await openDialog();
    expect(screen.queryByText(/^virsh/)).toBeNull();
    await user.click(button('Show command'));
    const line = `virsh -c qemu:///system migrate --live --p2p --persistent --undefinesource --domain ${web.uuid} --desturi qemu+ssh://beta/system`;
    expect(screen.getByText(line)).toBeVisible();
    expect(button('Hide command')).toHaveAttribute('aria-expanded', 'true');
    await expectAccessible();
    await user.click(screen.getByRole('checkbox', { name: 'Temporary migration' }));
    expect(screen.queryByText(line)).toBeNull();
    expect(screen.getByText(line.replace('--persistent --undefinesource ', ''))).toBeVisible();
  });
});

test('a VM with any name gives a valid file name', () => {
  expect(fileName('web', 'migration.md')).toBe('web-migration.md');
  expect(fileName('../../etc/pass wd', 'migration.md')).toBe('__.._etc_pass_wd-migration.md');
  expect(fileName('-rf', 'a.json')).toBe('_rf-a.json');
});
