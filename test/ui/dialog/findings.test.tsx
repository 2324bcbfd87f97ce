// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import { checks } from '../../../src/engine/preflight/checks/index.ts';
import type { Finding } from '../../../src/engine/preflight/finding.ts';
import type { CheckProgress } from '../../../src/engine/preflight/state.ts';
import { expectAccessible } from '../axe.ts';
import { doneWith, FakeModel, finding, passed } from '../fake-model.ts';
import {
  busy,
  closedPorts,
  groups,
  migrateButton,
  open,
  openWith,
  preflightOf,
  row,
  shownChecks,
  untold,
  uriBox,
  web,
  wrongCpu,
} from './dialog-fixture.tsx';

describe('the findings', () => {
  test('appear in the order of the checks', async () => {
    const model = new FakeModel([web]);
    open(model);
    const { state } = await preflightOf(model);
    act(() => {
      state.set({
        running: true,
        refining: false,
        copyable: undefined,
        forecast: undefined,
        checks: [
          { status: 'done', finding: passed('uri') },
          { status: 'waiting', check: 'data-ports', title: msg('Ports'), group: 'connection' },
        ],
      });
    });
    expect(shownChecks()).toEqual(['uri pass', 'data-ports waiting']);
    expect(migrateButton()).toHaveAccessibleDescription('Wait for the end of the checks.');
    await expectAccessible();
    act(() => {
      state.set(doneWith(passed('uri'), closedPorts));
    });
    expect(shownChecks()).toEqual(['data-ports block', 'uri pass']);
  });

  test('have their rows before the first answer, and no row moves or expands while checks run', async () => {
    const model = new FakeModel([web]);
    const all = doneWith(...checks.map(({ id }) => passed(id)));
    const waiting = all.checks.map((progress): CheckProgress => {
      if (progress.status === 'waiting') return progress;
      const { check, title, group } = progress.finding;
      return { status: 'waiting', check, title, group };
    });
    model.preflightState = { ...all, running: true, checks: waiting, forecast: undefined };
    open(model);
    const order = (): readonly string[] => shownChecks().map((text) => text.replace(/ .*/, ''));
    const before = order();
    expect(before).toHaveLength(checks.length);
    const { state } = await preflightOf(model);
    expect(order()).toEqual(before);
    expect(screen.getByText(`Checking, 0 of ${checks.length}`)).toBeVisible();
    act(() => {
      state.update((present) => ({
        ...present,
        checks: waiting.map((progress) =>
          progress.status === 'waiting' && progress.check === 'data-ports'
            ? { status: 'done', finding: closedPorts }
            : progress,
        ),
      }));
    });
    expect(order()).toEqual(before);
    expect(row('data-ports')).not.toBeVisible();
    expect(groups()[0]).toBe('Problem Connection 1 of 7');
    expect(screen.getByText(`Checking, 1 of ${checks.length}: 1 problem so far`)).toBeVisible();
    await expectAccessible();
  });

  test('are in groups: the worst first, expanded if they need the admin; the rest expands in place', async () => {
    await openWith(passed('uri'), busy, untold, passed('vm-state'), closedPorts, wrongCpu);
    await waitFor(() => {
      expect(shownChecks()).toEqual([
        'data-ports block',
        'uri pass',
        'cpu-compatibility block',
        'dirty-rate warn',
        'shared-storage unknown',
        'vm-state pass',
      ]);
    });
    expect(groups()).toEqual([
      'Problem Connection 1 problem, 1 passed',
      'Problem CPU and memory 1 problem, 1 warning',
      'Unknown Storage 1 unknown',
      'Passed Guest 1 passed',
    ]);
    expect(screen.getByText('2 problems to solve')).toBeVisible();
    for (const text of ['All 64 ports are closed.', 'It changes 120 MiB/s.', 'Open them.', 'Pause it.'])
      expect(screen.getByText(text)).toBeVisible();
    // A passed finding is one line in an open group, and hidden in a group without problems.
    const uri = row('uri');
    expect(uri).toBeVisible();
    expect(within(uri).getByText('Why this matters: It matters.')).not.toBeVisible();
    expect(row('vm-state')).not.toBeVisible();
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: /Guest/ }));
    expect(row('vm-state')).toBeVisible();
    screen.getByRole('button', { name: 'uri Passed' }).focus();
    await userEvent.keyboard('{Enter}');
    expect(within(uri).getByText('Why this matters: It matters.')).toBeVisible();
    expect(screen.getByRole('button', { name: 'uri Passed' })).toHaveAttribute('aria-expanded', 'true');
    await userEvent.click(screen.getByRole('button', { name: /Connection/ }));
    expect(uri).not.toBeVisible();
    await expectAccessible();
  });

  const noShell = (check: string, command?: string): Finding => ({
    ...untold,
    check,
    title: msg(check.replace(/-/g, ' ')),
    group: checks.find(({ id }) => id === check)?.group ?? 'host',
    found: msg('Over tcp there is no shell on the destination.'),
    remedies:
      command === undefined ? [] : [{ text: msg('Look by hand.'), command, host: 'destination' as const }],
  });
  const reason = 'Over tcp there is no shell on the destination.';

  test('say once why several checks could not be done; each is shown, with what it checks', async () => {
    await openWith(noShell('disk-path', 'namei -l /x'), passed('uri'), untold, noShell('clock-skew'), busy);
    await waitFor(() => {
      expect(shownChecks()).toEqual([
        'clock-skew unknown',
        'disk-path unknown',
        'shared-storage unknown',
        'dirty-rate warn',
        'uri pass',
      ]);
    });
    const notice = screen.getByRole('region', { name: '2 checks are unknown for one reason' });
    expect(screen.getAllByText(reason)).toEqual([within(notice).getByText(reason)]);
    const [path, clock] = [row('disk-path'), row('clock-skew')];
    // The common reason is above the groups. It does not open a group.
    expect(notice.compareDocumentPosition(clock)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    expect(clock).not.toBeVisible();
    for (const [each, name] of [
      [path, 'disk path'],
      [clock, 'clock skew'],
    ] as const) {
      expect(each).toHaveTextContent(new RegExp(`^${name} Unknown`));
      expect(each).toHaveAccessibleDescription(reason);
    }
    expect(screen.getByText('namei -l /x')).not.toBeVisible();
    await expectAccessible();
    const toggle = screen.getByRole('button', { name: 'disk path Unknown' });
    expect(toggle).toHaveAttribute('aria-expanded', 'false');
    await userEvent.click(toggle);
    expect(toggle).toHaveAttribute('aria-expanded', 'true');
    expect(screen.getByText('namei -l /x')).toBeVisible();
    expect(screen.getByRole('list', { name: 'What to do: disk path' })).toBeVisible();
    expect(clock).toHaveTextContent('Why this matters: Both hosts need the disk.');
    expect(screen.getAllByText(reason)).toHaveLength(1);
    await expectAccessible();
  });

  test('say the same reason once while checks run, too', async () => {
    const model = new FakeModel([web]);
    open(model);
    const { state } = await preflightOf(model);
    act(() => {
      state.set({ ...doneWith(noShell('disk-path'), noShell('clock-skew')), running: true });
    });
    expect(shownChecks()).toEqual(['clock-skew unknown', 'disk-path unknown']);
    expect(screen.getAllByText(reason)).toHaveLength(1);
    expect(row('disk-path')).toHaveTextContent('For the same reason as: clock skew');
    await expectAccessible();
  });

  test('name at most three checks in the footer', async () => {
    await openWith(...['a', 'b', 'c', 'd', 'e'].map((check) => noShell(check)));
    await waitFor(() => {
      expect(migrateButton()).toHaveAccessibleDescription(
        /^Not checked: a, b, c and 2 more\. The migration may fail/,
      );
    });
  });

  test('say verdict, evidence, reason and remedy, and where to run its command', async () => {
    await openWith(closedPorts, wrongCpu);
    await waitFor(() => {
      expect(shownChecks()).toHaveLength(2);
    });
    const [ports, cpu] = [...document.querySelectorAll<HTMLElement>('[data-check]')];
    for (const text of [
      'Problem',
      'All 64 ports are closed.',
      'Why this matters: It matters.',
      'Original message: No route to host',
      'Open them.',
      'Run this on the destination (beta):',
      'firewall-cmd --add-port=49152-49215/tcp',
    ])
      expect(ports).toHaveTextContent(text);
    for (const text of ['avx512f', 'Run this on this host:', 'virsh edit web'])
      expect(cpu).toHaveTextContent(text);
  });

  test('a command can be copied', async () => {
    await openWith(wrongCpu);
    const user = userEvent.setup();
    await user.click(await screen.findByRole('button', { name: 'Copy: virsh edit web' }));
    expect(await screen.findByText('Copied.')).toBeVisible();
    expect(await navigator.clipboard.readText()).toBe('virsh edit web');
  });

  test('XML can be copied as it is', async () => {
    const xml = "<cpu mode='custom'>\n  <model>EPYC</model>\n</cpu>";
    await openWith(
      finding('cpu-compatibility', {
        verdict: 'block',
        found: msg('The CPU lacks features.'),
        remedies: [{ text: msg('Put this there.'), command: 'virsh edit web', host: 'source', xml }],
      }),
    );
    const user = userEvent.setup();
    await user.click(await screen.findByRole('button', { name: 'Copy the XML' }));
    expect(await screen.findByText('Copied.')).toBeVisible();
    expect(await navigator.clipboard.readText()).toBe(xml);
    expect(document.querySelector('[data-check="cpu-compatibility"]')).toHaveTextContent(
      /Run this on this host:virsh edit web.*The XML to insert:<cpu mode='custom'>/,
    );
    await expectAccessible();
  });

  test('a block disables Migrate; an override enables it and names its risk', async () => {
    const model = await openWith(closedPorts);
    const override = await screen.findByRole('checkbox', { name: 'Override this problem: data ports' });
    expect(migrateButton()).toBeDisabled();
    expect(override).toHaveAccessibleDescription('It may fail after it has begun.');
    await userEvent.click(override);
    expect(migrateButton()).toBeEnabled();
    expect(document.querySelector('[data-check="data-ports"]')).toHaveTextContent('Problem, overridden');
    await userEvent.click(screen.getByRole('button', { name: 'Check again' }));
    expect((await preflightOf(model, 2)).fresh).toBe(true);
    await waitFor(() => {
      expect(migrateButton()).toBeDisabled();
    });
  });

  test('a block without an override has no switch', async () => {
    await openWith(wrongCpu);
    expect(await screen.findByText('The CPU lacks features.')).toBeVisible();
    expect(screen.queryByRole('checkbox', { name: /Override/ })).toBeNull();
  });

  test('an unknown check is not green, and the footer names it', async () => {
    await openWith(passed('uri'), untold);
    await waitFor(() => {
      expect(migrateButton()).toBeEnabled();
    });
    expect(migrateButton()).toHaveAccessibleDescription(/^Not checked: Shared storage\./);
    expect(document.querySelector('[data-check="shared-storage"]')).toHaveTextContent('Unknown');
    expect(screen.queryByText(/^Ready/)).toBeNull();
    expect(screen.getByText('It can start, 1 check is unknown')).toBeVisible();
  });

  test('a remedy that the dialog can perform has a button', async () => {
    const elsewhere = finding('host-identity', {
      verdict: 'block',
      found: msg('beta names an address that cannot be reached.'),
      remedies: [
        { text: msg('Send it there.'), action: { kind: 'set-migration-uri', uri: 'tcp://10.0.0.2' } },
        { text: msg('Eject it.'), action: { kind: 'eject-medium', disk: 'sda' } },
        { text: msg('Go there.'), action: { kind: 'set-destination', uri: 'qemu+ssh://gamma/system' } },
      ],
    });
    const model = await openWith(elsewhere, busy);
    await userEvent.click(await screen.findByRole('button', { name: 'Send the data to tcp://10.0.0.2' }));
    expect((await preflightOf(model, 2)).choices.migrationUri).toBe('tcp://10.0.0.2');
    await userEvent.click(await screen.findByRole('button', { name: 'Pause the VM now' }));
    expect(model.asked).toEqual(['pause web']);
    expect((await preflightOf(model, 3)).fresh).toBe(true);
    expect(document.querySelector('.migrate-verdict-text')).toHaveFocus();
    await userEvent.click(await screen.findByRole('button', { name: 'Eject the medium of sda now' }));
    expect(model.asked).toEqual(['pause web', 'eject sda of web']);
    expect((await preflightOf(model, 4)).fresh).toBe(true);
    await userEvent.click(await screen.findByRole('button', { name: 'Use qemu+ssh://gamma/system' }));
    expect(uriBox()).toHaveValue('qemu+ssh://gamma/system');
  });
});
