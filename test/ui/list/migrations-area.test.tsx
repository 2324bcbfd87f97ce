// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, render, screen, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import { App } from '../../../src/ui/app.tsx';
import { expectAccessible } from '../axe.ts';
import { FakeModel, migrationOf, progress } from '../fake-model.ts';
import { rowOf, web } from './list-fixture.tsx';

describe('migrations on the page', () => {
  test('shows one that was started elsewhere, with figures, and cancels it', async () => {
    const model = new FakeModel([web]);
    model.setMigration({
      vm: { connection: 'system', name: 'web', uuid: web.uuid },
      startedHere: false,
      cancelling: false,
      steering: [],
      state: { phase: 'copying', progress },
    });
    render(<App model={model} />);
    const view = document.querySelectorAll<HTMLElement>('[data-migration="web"]');
    expect(view).toHaveLength(1);
    expect(view[0]).toHaveAttribute('data-phase', 'copying');
    expect(view[0]).toHaveTextContent('not started on this page');
    const bar = screen.getByRole('progressbar', { name: 'Migration of web' });
    expect(bar).toHaveAttribute('aria-valuenow', '43');
    for (const text of ['900 MiB', '1.2 GiB', '110 MiB/s', '12 MiB/s', '12 s'])
      expect(view[0]).toHaveTextContent(text);
    expect(within(rowOf('web')).getByText('Migrating 43 %')).toBeVisible();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel migration' }));
    expect(model.asked).toEqual(['cancel web']);
  });

  test('shows no percentage of a stalled one, but why, and what helps', async () => {
    const model = new FakeModel([web]);
    const bestPass = {
      pass: 2,
      elapsedMilliseconds: 2300,
      remainingBytes: 84 * 1024 ** 2,
      mostBytes: 84 * 1024 ** 2,
    };
    const copying = { phase: 'copying', progress: { ...progress, percent: 96, pass: 9, bestPass } } as const;
    model.setMigration(migrationOf(web, { ...copying, stalled: true }));
    render(<App model={model} />);
    const bar = screen.getByRole('progressbar', { name: 'Migration of web' });
    expect(bar).not.toHaveAttribute('aria-valuenow');
    const words = 'Stalled: copying memory to beta without progress.';
    expect(bar).toHaveAttribute('aria-valuetext', words);
    expect(screen.getByText(words)).toHaveRole('status');
    // Screen readers do not announce figures that change every second.
    expect(screen.getByText(/7 passes left/).closest('[aria-live]')).toBeNull();
    const view = document.querySelector<HTMLElement>('[data-migration="web"]');
    expect(view).toHaveAttribute('data-phase', 'copying');
    expect(view).not.toHaveTextContent('%');
    expect(view).toHaveTextContent('7 passes left about 84 MiB each.');
    expect(within(rowOf('web')).getByText('Migrating: stalled')).toBeVisible();
    const helps = screen.getByRole('list', { name: 'What to do' });
    expect(helps).toHaveTextContent(`migrate-setmaxdowntime ${web.uuid}`);
    await expectAccessible();
    await userEvent.click(within(helps).getByRole('button', { name: 'Pause the VM now' }));
    expect(model.steered).toEqual([{ vm: 'web', kind: 'pause-vm' }]);
    act(() => {
      model.setMigration(migrationOf(web, copying));
    });
    expect(screen.getByRole('progressbar')).toHaveAttribute('aria-valuenow', '96');
    expect(screen.queryByRole('list', { name: 'What to do' })).toBeNull();
  });

  test('does not say that the destination is unknown if it is known', () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, { phase: 'copying', progress }, { startedHere: false }));
    render(<App model={model} />);
    const view = document.querySelector('[data-migration="web"]');
    expect(view).toHaveTextContent('web: migration to qemu+ssh://beta/system');
    expect(view).not.toHaveTextContent('not started on this page');
  });

  test('shows the position in the queue', () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, { phase: 'preparing', queuePosition: 2 }));
    render(<App model={model} />);
    expect(screen.getByText(/Number 2 in the queue/)).toBeVisible();
    expect(within(rowOf('web')).getByText('Waiting to migrate')).toBeVisible();
  });

  test('says that cancelling was requested, and that it failed', () => {
    const model = new FakeModel([web]);
    model.setMigration(
      migrationOf(web, { phase: 'copying', progress }, { cancelling: true, cancelError: 'Timed out' }),
    );
    render(<App model={model} />);
    expect(screen.getByRole('button', { name: 'Cancel migration' })).toBeDisabled();
    expect(screen.getByText('Not cancelled: the migration goes on.')).toBeVisible();
    expect(screen.getByText('Timed out')).toBeVisible();
  });

  test('shows the hosts’ answers at the end, and can be dismissed', async () => {
    const model = new FakeModel([]);
    const answer = (verdict: 'as-expected' | 'not-as-expected' | 'unknown', text: string) => ({
      question: msg('$0?', verdict),
      expected: msg('should be'),
      answer: msg('$0', text),
      verdict,
    });
    model.setMigration(
      migrationOf(web, {
        phase: 'done',
        verification: 'contradicted',
        answers: [
          answer('as-expected', 'running'),
          answer('not-as-expected', 'transient'),
          answer('unknown', 'no answer'),
        ],
        elapsedMilliseconds: 42_000,
        downtimeMilliseconds: 130,
      }),
    );
    render(<App model={model} />);
    const view = document.querySelector('[data-migration="web"]');
    expect(view).toHaveAttribute('data-phase', 'done');
    expect(view).toHaveTextContent('not everything is as expected');
    expect(view).toHaveTextContent('Took 42 s. The VM paused for 130 ms.');
    expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'As expectedas-expected? running',
      'Not as expectednot-as-expected? transientExpected: should be',
      'Unknownunknown? no answerExpected: should be',
    ]);
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Dismiss the result for web' }));
    expect(document.querySelector('[data-migration]')).toBeNull();
  });

  test('says that a VM that left paused is still paused, and how to resume it', async () => {
    const model = new FakeModel([]);
    model.setMigration(
      migrationOf(web, {
        phase: 'done',
        verification: 'confirmed',
        paused: true,
        answers: [],
        where: { kind: 'paused-there', reason: 'user' },
        elapsedMilliseconds: 42_000,
        downtimeMilliseconds: 130,
      }),
    );
    render(<App model={model} />);
    const view = document.querySelector('[data-migration="web"]');
    expect(view).toHaveTextContent('Done: web is paused on beta.');
    expect(view).toHaveTextContent(`virsh -c qemu+ssh://beta/system resume ${web.uuid}`);
    expect(view).not.toHaveTextContent(/runs on|The VM paused/);
    await expectAccessible();
  });

  test.each([
    [{ kind: 'runs-here' }, 'source', 'web runs on this host.'],
    [{ kind: 'runs-there' }, 'destination', 'web runs on beta.'],
    [{ kind: 'both', here: 'running', there: 'running' }, 'both', 'web is on both hosts.'],
    [
      { kind: 'nowhere', reason: 'crashed', host: 'source' },
      'nowhere',
      'web runs on neither host.QEMU ended unexpectedly, or the guest crashed.',
    ],
    [
      {
        kind: 'unknown',
        states: { source: { kind: 'absent' }, destination: { kind: 'silent', error: 'Connection refused' } },
        unanswered: [{ host: 'destination', error: 'Connection refused' }],
      },
      'unknown',
      'beta did not answer: Connection refusedThis page asks again until there is an answer.',
    ],
  ] as const)('says where the VM is after every end: %j', async (where, on, said) => {
    const model = new FakeModel([web]);
    const failure = { summary: msg('It broke.'), original: 'broken' };
    for (const state of [
      { phase: 'done', verification: 'incomplete', answers: [], where },
      { phase: 'failed', failure, where },
      { phase: 'cancelled', answers: [], where },
    ] as const) {
      model.setMigration(migrationOf(web, state));
      const { unmount } = render(<App model={model} />);
      const statement = document.querySelector('[data-migration="web"] [data-vm-runs-on]');
      expect(statement).toHaveAttribute('data-vm-runs-on', on);
      expect(statement).toHaveTextContent(said);
      await expectAccessible();
      unmount();
    }
  });

  test('offers to resume a VM that is left paused on this host', async () => {
    const model = new FakeModel([web]);
    const failure = { summary: msg('It broke.'), original: 'broken' };
    model.setMigration(
      migrationOf(web, { phase: 'failed', failure, where: { kind: 'paused-here', reason: 'io-error' } }),
    );
    render(<App model={model} />);
    expect(document.querySelector('[data-vm-runs-on="source"]')).toHaveTextContent('paused (I/O error)');
    await userEvent.click(screen.getByRole('button', { name: 'Resume the VM' }));
    expect(model.asked).toEqual(['resume web']);
  });

  test('shows a failure in plain words with the original text below', () => {
    const model = new FakeModel([web]);
    model.setMigration(
      migrationOf(web, {
        phase: 'failed',
        failure: {
          summary: msg('The destination did not answer.'),
          original: 'unable to connect to server',
          advice: msg('Look at its firewall.'),
          remedies: [{ text: msg('See its log.'), command: 'journalctl -u libvirtd', host: 'destination' }],
        },
      }),
    );
    render(<App model={model} />);
    const view = document.querySelector('[data-migration="web"]');
    expect(view).toHaveAttribute('data-phase', 'failed');
    expect(view).toHaveTextContent(
      /The destination did not answer\.Look at its firewall\.Original message: unable to connect to server/,
    );
    const further = screen.getByRole('list', { name: 'Logs' });
    expect(further).toHaveTextContent(
      /See its log\.Run this on the destination( \(.*\))?:journalctl -u libvirtd/,
    );
    expect(within(rowOf('web')).getByText('Running')).toBeVisible();
  });
});
