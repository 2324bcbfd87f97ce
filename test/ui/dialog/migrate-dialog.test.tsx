// SPDX-License-Identifier: LGPL-2.1-or-later
import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { userEvent } from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { msg } from '../../../src/engine/base/message.ts';
import type { Forecast } from '../../../src/engine/forecast/result.ts';
import { checks } from '../../../src/engine/preflight/checks/index.ts';
import type { Finding } from '../../../src/engine/preflight/finding.ts';
import type { CheckProgress } from '../../../src/engine/preflight/state.ts';
import { App } from '../../../src/ui/app.tsx';
import { expectAccessible } from '../axe.ts';
import {
  doneWith,
  FakeModel,
  type FakePreflight,
  finding,
  migrationOf,
  passed,
  progress,
  vmNamed,
} from '../fake-model.ts';

const web = vmNamed('web');
const beta = 'qemu+ssh://beta/system';

const closedPorts = finding('data-ports', {
  verdict: 'block',
  found: msg('All 64 ports are closed.'),
  original: 'No route to host',
  remedies: [
    { text: msg('Open them.'), command: 'firewall-cmd --add-port=49152-49215/tcp', host: 'destination' },
  ],
  override: { risk: msg('It may fail after it has begun.') },
});
const wrongCpu = finding('cpu-compatibility', {
  verdict: 'block',
  found: msg('The CPU lacks features.'),
  details: [msg('avx512f')],
  remedies: [{ text: msg('Choose another CPU model.'), command: 'virsh edit web', host: 'source' }],
});
const busy = finding('dirty-rate', {
  verdict: 'warn',
  found: msg('It changes 120 MiB/s.'),
  remedies: [{ text: msg('Pause it.'), action: { kind: 'pause-vm' } }],
});
const untold: Finding = {
  check: 'shared-storage',
  title: msg('Shared storage'),
  group: 'storage',
  why: msg('Both hosts need the disk.'),
  verdict: 'unknown',
  found: msg('There was no answer within 8 seconds.'),
  remedies: [],
};

/** The page with the dialog opened by a link. */
function follow(model: FakeModel, query: string): void {
  window.location.hash = `#/vm/web/migrate?${query}`;
  render(<App model={model} />);
}

/** The page with the dialog opened by a link, and Check pressed where that can be. */
function open(model: FakeModel, query = `uri=${encodeURIComponent(beta)}`): void {
  follow(model, query);
  const check = screen.queryByRole('button', { name: 'Check' });
  if (check !== null) fireEvent.click(check);
}

async function preflightOf(model: FakeModel, number = 1): Promise<FakePreflight> {
  await waitFor(() => {
    expect(model.preflights).toHaveLength(number);
  });
  const preflight = model.preflights[number - 1];
  if (preflight === undefined) throw new Error('no preflight');
  return preflight;
}

/** The page with the dialog, whose preflight has found this. */
async function openWith(...findings: readonly Finding[]): Promise<FakeModel> {
  const model = new FakeModel([web]);
  model.preflightState = doneWith(...findings);
  open(model);
  await preflightOf(model);
  return model;
}

/** Longer than typing has to rest before the hosts are asked (350 ms). */
async function rest(): Promise<void> {
  await act(async () => {
    await new Promise((resolve) => setTimeout(resolve, 700));
  });
}

function migrateButton(): HTMLElement {
  return screen.getByRole('button', { name: 'Migrate' });
}

function uriBox(): HTMLElement {
  return screen.getByRole('textbox', { name: 'Destination URI' });
}

function row(check: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-check="${check}"]`);
  if (found === null) throw new Error(`no row of ${check}`);
  return found;
}

/** What the heads of the groups say. */
function groups(): readonly string[] {
  return [...document.querySelectorAll('[data-group] > h3')].map(({ textContent }) => textContent);
}

function shownChecks(): readonly string[] {
  return [...document.querySelectorAll<HTMLElement>('[data-check]')].map(
    ({ dataset }) => `${dataset['check'] ?? ''} ${dataset['verdict'] ?? 'waiting'}`,
  );
}

describe('opening and closing', () => {
  test('the menu opens it empty, by keyboard alone, and Escape gives the focus back', async () => {
    const model = new FakeModel([web]);
    render(<App model={model} />);
    screen.getByRole('button', { name: 'Actions for web' }).focus();
    await userEvent.keyboard('{Enter}');
    await waitFor(() => {
      expect(screen.getAllByRole('menuitem')[0]).toHaveFocus();
    });
    expect(screen.getByRole('menuitem', { name: 'Migrate' })).toHaveFocus();
    await userEvent.keyboard('{Enter}');
    const dialog = await screen.findByRole('dialog', { name: 'Migrate VM to another host' });
    expect(dialog).toHaveTextContent('web');
    await waitFor(() => {
      expect(uriBox()).toHaveFocus();
    });
    expect(uriBox()).toHaveValue('');
    expect(screen.getByRole('checkbox', { name: 'Temporary migration' })).not.toBeChecked();
    expect(migrateButton()).toBeDisabled();
    expect(migrateButton()).toHaveAccessibleDescription('Enter a destination.');
    await waitFor(() => {
      expect(window.location.hash).toBe('#/vm/web/migrate');
    });
    await expectAccessible();
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('dialog')).toBeNull();
    await waitFor(() => {
      expect(screen.getByRole('button', { name: 'Actions for web' })).toHaveFocus();
    });
    expect(model.preflights).toEqual([]);
  });

  test('a link fills it in, and nothing is sent there before Check is pressed', async () => {
    const model = new FakeModel([web]);
    model.preflightState = doneWith(passed('uri'));
    follow(model, `uri=${beta}&temporary=true&copy-disks=vda`);
    expect(uriBox()).toHaveValue(beta);
    const temporary = screen.getByRole('checkbox', { name: 'Temporary migration' });
    expect(temporary).toBeChecked();
    // What the link chose is in view.
    expect(screen.getByRole('group', { name: 'Disks to copy' })).toBeVisible();
    expect(migrateButton()).toBeDisabled();
    expect(migrateButton()).toHaveAccessibleDescription(/^A link filled in this destination\./);
    // Other choices do not begin it either, and each has longer than typing has to rest.
    await userEvent.click(temporary);
    await rest();
    await userEvent.click(temporary);
    await rest();
    expect(model.preflights).toEqual([]);
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Check' }));
    const { choices } = await preflightOf(model);
    expect(choices).toMatchObject({ vm: { uuid: web.uuid }, destination: beta, temporary: true });
    await waitFor(() => {
      expect(migrateButton()).toBeEnabled();
    });
    expect(model.started).toEqual([]);
  });

  test('a link’s bare host name is not asked either when the URI is made of it', async () => {
    const model = new FakeModel([web]);
    follow(model, 'uri=beta');
    expect(screen.getByRole('button', { name: 'Check' })).toBeDisabled();
    await userEvent.click(screen.getByRole('button', { name: 'Use qemu+ssh://beta/system' }));
    await rest();
    expect(model.preflights).toEqual([]);
    await userEvent.click(screen.getByRole('button', { name: 'Check' }));
    expect((await preflightOf(model)).choices).toMatchObject({ destination: beta });
  });

  test('what is typed over a link’s destination goes on checking by itself', async () => {
    const model = new FakeModel([web]);
    follow(model, 'uri=qemu%2Bssh%3A%2F%2Fevil%2Fsystem');
    await userEvent.clear(uriBox());
    await userEvent.type(uriBox(), beta);
    expect((await preflightOf(model)).choices).toMatchObject({ destination: beta });
    expect(screen.getByRole('button', { name: 'Check again' })).toBeVisible();
  });

  test('a link that is followed while the dialog is open is asked about anew', async () => {
    const model = new FakeModel([web]);
    open(model);
    const first = await preflightOf(model);
    act(() => {
      window.location.hash = '#/vm/web/migrate?uri=qemu%2Bssh%3A%2F%2Fevil%2Fsystem';
    });
    await waitFor(() => {
      expect(uriBox()).toHaveValue('qemu+ssh://evil/system');
    });
    await rest();
    expect(first.stopped).toBe(true);
    expect(model.preflights).toEqual([first]);
    expect(screen.getByRole('button', { name: 'Check' })).toBeEnabled();
  });

  test('a link to a VM that is not there says so', async () => {
    window.location.hash = '#/vm/gone/migrate';
    render(<App model={new FakeModel([web])} />);
    expect(screen.getByText('This host has no VM named gone')).toBeVisible();
    expect(screen.queryByRole('dialog')).toBeNull();
    await expectAccessible();
  });

  test('closing stops the preflight', async () => {
    const model = new FakeModel([web]);
    open(model);
    const preflight = await preflightOf(model);
    expect(preflight.stopped).toBe(false);
    await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
    expect(preflight.stopped).toBe(true);
  });
});

describe('the destination', () => {
  test.each([
    ['two words', 'Remove the spaces and control characters.'],
    ['xen+ssh://beta/', 'xen+ssh:// is not the address of a libvirt with QEMU.'],
    ['qemu+ssh://alpha/system', 'This is the host that the VM is on.'],
    ['qemu+ssh:///system', 'There is no host in this URI'],
    ['qemu+ssh://beta/session', '/session is one user'],
  ])('says while typing what is wrong with %s, and sends nothing', async (text, problem) => {
    const model = new FakeModel([web]);
    open(model, '');
    await userEvent.type(uriBox(), text);
    expect(uriBox()).toHaveAccessibleDescription(expect.stringContaining(problem));
    expect(uriBox()).toBeInvalid();
    expect(migrateButton()).toBeDisabled();
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    expect(model.preflights).toEqual([]);
  });

  test('offers the URI for a bare host name with one click', async () => {
    const model = new FakeModel([web]);
    open(model, '');
    await userEvent.type(uriBox(), ' beta ');
    await userEvent.click(screen.getByRole('button', { name: `Use ${beta}` }));
    expect(uriBox()).toHaveValue(beta);
    expect(uriBox()).toHaveFocus();
    expect((await preflightOf(model)).choices.destination).toBe(beta);
  });

  test('offers what was used before', async () => {
    const model = new FakeModel([web]);
    model.destinations.remember('qemu+ssh://gamma/system');
    open(model, '');
    await userEvent.click(screen.getByRole('button', { name: 'qemu+ssh://gamma/system' }));
    expect(uriBox()).toHaveValue('qemu+ssh://gamma/system');
  });

  test('names parameters that run programs, and does nothing until they are confirmed', async () => {
    const model = new FakeModel([web]);
    open(model, `uri=${encodeURIComponent(`${beta}?command=/bin/evil&no_verify=1`)}`);
    expect(screen.getByText(/runs the program \/bin\/evil on this host/)).toBeVisible();
    expect(migrateButton()).toHaveAccessibleDescription(/Confirm the parameters/);
    await new Promise((resolve) => {
      setTimeout(resolve, 500);
    });
    expect(model.preflights).toEqual([]);
    await expectAccessible();
    await userEvent.click(screen.getByRole('checkbox', { name: 'Use these parameters' }));
    await userEvent.click(screen.getByRole('button', { name: 'Check' }));
    expect((await preflightOf(model)).choices.confirmedUriParameters).toEqual(['command', 'no_verify']);
    await userEvent.type(uriBox(), 'x');
    expect(screen.getByRole('checkbox', { name: 'Use these parameters' })).not.toBeChecked();
  });

  test('another destination stops the preflight of the first', async () => {
    const model = new FakeModel([web]);
    open(model);
    const first = await preflightOf(model);
    await userEvent.clear(uriBox());
    expect(first.stopped).toBe(true);
    await userEvent.type(uriBox(), 'qemu+tls://beta/system');
    expect((await preflightOf(model, 2)).choices.destination).toBe('qemu+tls://beta/system');
  });
});

describe('the choices', () => {
  test('one sentence says what will remain where', async () => {
    open(new FakeModel([web]));
    expect(screen.getByText(/Nothing of it remains defined on this host/)).toBeVisible();
    await userEvent.click(screen.getByRole('checkbox', { name: 'Temporary migration' }));
    expect(screen.getByText(/A copy of web runs on the destination/)).toBeVisible();
  });

  test('more options hold the migration address and the measuring period', async () => {
    const model = new FakeModel([web]);
    open(model);
    const address = screen.getByLabelText('Migration address');
    expect(address).not.toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'More options' }));
    expect(address).toBeVisible();
    await userEvent.type(address, '10.0.0.2');
    const seconds = screen.getByRole('spinbutton', { name: /Measuring period/ });
    await userEvent.clear(seconds);
    await userEvent.type(seconds, '61');
    expect(seconds).toHaveAccessibleDescription(/^Enter a whole number from 1 to 60\./);
    expect(migrateButton()).toHaveAccessibleDescription(/More options/);
    const bandwidth = screen.getByRole('textbox', { name: /^Bandwidth/ });
    await userEvent.type(bandwidth, 'fast');
    expect(bandwidth).toHaveAccessibleDescription(/^Enter a number above 0\./);
    await expectAccessible();
    await userEvent.clear(bandwidth);
    await userEvent.type(bandwidth, '112.5');
    const before = model.preflights.length;
    await userEvent.clear(seconds);
    await userEvent.type(seconds, '60');
    const { choices } = await preflightOf(model, before + 1);
    expect(choices).toMatchObject({
      migrationUri: 'tcp://10.0.0.2',
      dirtyRateSeconds: 60,
      bandwidthBytesPerSecond: 112.5 * 1024 ** 2,
    });
  });
});

describe('copying disks', () => {
  const own = finding('shared-storage', {
    verdict: 'block',
    found: msg('vda is of this host alone.'),
    remedies: [{ text: msg('Have it copied.'), action: { kind: 'copy-disks', disks: ['vda'] } }],
  });
  const group = (): HTMLElement => screen.getByRole('group', { name: 'Disks to copy' });

  test('is chosen for each disk, and the plan and the checks follow', async () => {
    const model = await openWith(passed('uri'));
    await userEvent.click(screen.getByRole('button', { name: 'More options' }));
    expect(within(group()).getByRole('checkbox', { name: 'vda' })).not.toBeChecked();
    const data = within(group()).getByRole('checkbox', { name: 'vdb' });
    expect(data).toHaveAccessibleDescription('data/web');
    await userEvent.click(data);
    expect(screen.getByText(/Disks copied to the destination: vdb\./)).toBeVisible();
    const { choices } = await preflightOf(model, 2);
    expect(choices).toMatchObject({ copyDisks: ['vdb'] });
    // The list stays while the checks begin anew.
    expect(data).toBeChecked();
    await expectAccessible();
    await userEvent.click(data);
    expect((await preflightOf(model, 3)).choices).not.toHaveProperty('copyDisks');
    expect(screen.queryByText(/Disks copied to the destination/)).toBeNull();
  });

  test('is what the remedy for a disk of this host does', async () => {
    const model = await openWith(own);
    const button = screen.getByRole('button', { name: 'Copy vda' });
    button.focus();
    model.preflightState = doneWith(passed('uri'));
    await userEvent.keyboard('{Enter}');
    expect(within(group()).getByRole('checkbox', { name: 'vda' })).toBeChecked();
    expect((await preflightOf(model, 2)).choices).toMatchObject({ copyDisks: ['vda'] });
    await screen.findByText('Ready: about 26 s, pause about 120 ms');
    expect(button).not.toBeInTheDocument();
    expect(document.activeElement).not.toBe(document.body);
    expect(screen.getByText('Ready: about 26 s, pause about 120 ms')).toHaveFocus();
  });

  test('can be chosen by a link', async () => {
    const model = new FakeModel([web]);
    open(model, `uri=${encodeURIComponent(beta)}&copy-disks=vdb,vda`);
    expect((await preflightOf(model)).choices).toMatchObject({ copyDisks: ['vda', 'vdb'] });
    // Which disks there are is not known yet.
    expect(group()).toHaveTextContent(/as soon as the checks have read them/);
  });

  test('is not offered where there is nothing to copy', async () => {
    const model = new FakeModel([web]);
    model.preflightState = { ...doneWith(passed('uri')), copyable: [] };
    open(model);
    await preflightOf(model);
    await userEvent.click(screen.getByRole('button', { name: 'More options' }));
    expect(group()).toHaveTextContent(/no disk that could be copied/);
  });
});

describe('the findings', () => {
  test('stream in in the order of the checks', async () => {
    const model = new FakeModel([web]);
    open(model);
    const { state } = await preflightOf(model);
    act(() => {
      state.set({
        running: true,
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

  test('have their rows before the first answer, and no row moves or unfolds while checks run', async () => {
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
    expect(groups()[0]).toBe('Problem Connection 1 of 6');
    expect(screen.getByText(`Checking, 1 of ${checks.length}: 1 problem so far`)).toBeVisible();
    await expectAccessible();
  });

  test('are in groups: the worst first, open with what needs the admin; the rest unfolds in place', async () => {
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
    // What passed is one line in an open group, and folded away with a group that needs nobody.
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

  test('say once what keeps several checks from being made; each is there, with what it would look at', async () => {
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
    // What is read first is above the groups; a group is not opened for what was said there.
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

  test('say the same reason once while they stream in, too', async () => {
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

  test('name not more than three checks in the footer', async () => {
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

  test('a block keeps Migrate off; an override lets it on and says its risk', async () => {
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

  test('what is not known is not green, and the footer names it', async () => {
    await openWith(passed('uri'), untold);
    await waitFor(() => {
      expect(migrateButton()).toBeEnabled();
    });
    expect(migrateButton()).toHaveAccessibleDescription(/^Not checked: Shared storage\./);
    expect(document.querySelector('[data-check="shared-storage"]')).toHaveTextContent('Unknown');
    expect(screen.queryByText(/^Ready/)).toBeNull();
    expect(screen.getByText('It can start, 1 check is unknown')).toBeVisible();
  });

  test('a remedy that the dialog can do itself is done by its button', async () => {
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

describe('the top of the dialog', () => {
  const host = (side: string): HTMLElement | null => document.querySelector(`[data-host="${side}"]`);

  test('has the two hosts and the way between them', async () => {
    const model = new FakeModel([web]);
    open(model, '');
    expect(host('source')).toHaveTextContent('Source, this hostalpha');
    expect(host('destination')).toHaveTextContent('DestinationNot chosen yet');
    expect(screen.getByText('Not checked yet')).toBeVisible();
    model.preflightState = doneWith(passed('uri'));
    await userEvent.type(uriBox(), beta);
    expect(host('destination')).toHaveTextContent('Destinationbeta');
    expect(screen.getByText('over ssh')).toBeVisible();
    await screen.findByText('110 MiB/s', { selector: '.migrate-way-text' });
    await expectAccessible();
  });

  const { forecast } = doneWith();
  test.each<[string, readonly Finding[], Forecast | undefined]>([
    ['Ready: about 26 s, pause about 120 ms', [passed('uri')], forecast],
    ['Ready, the forecast is unknown', [passed('uri')], { kind: 'unknown', why: msg('No link.') }],
    ['Ready, 1 warning to read', [passed('uri'), busy], forecast],
    ['It can start, 1 check is unknown', [busy, untold], forecast],
    ['1 problem to solve', [busy, untold, wrongCpu], forecast],
    ['2 problems to solve', [closedPorts, wrongCpu], forecast],
  ])('says in one place: %s', async (text, findings, known) => {
    const model = new FakeModel([web]);
    model.preflightState = { ...doneWith(...findings), forecast: known };
    open(model);
    expect(await screen.findByText(text)).toBeVisible();
    expect(screen.getByText(text)).toHaveAttribute('role', 'status');
    await expectAccessible();
  });

  test('says that a migration will not finish, and counts what was overridden', async () => {
    const model = new FakeModel([web]);
    model.preflightState = doneWith(closedPorts);
    open(model);
    await userEvent.click(await screen.findByRole('checkbox', { name: /^Override this problem/ }));
    expect(screen.getByText('Ready, 1 problem overridden')).toBeVisible();
    act(() => {
      model.preflights[0]?.state.update((state) =>
        state.forecast?.kind === 'converges'
          ? { ...state, forecast: { ...state.forecast, kind: 'does-not-converge' } }
          : state,
      );
    });
    expect(screen.getByText('It can start, but will not finish')).toBeVisible();
  });
});

describe('the forecast', () => {
  const figures = {
    dirtyBytesPerSecond: 140e6,
    bandwidthBytesPerSecond: 12e6,
    bandwidthAssumed: true,
    bandwidthSource: 'nominal' as const,
    breakEvenBytesPerSecond: 160 * 1024 ** 2,
    allowedDowntimeMilliseconds: 300,
    course: [],
    levers: [],
  };
  test.each<[Forecast, RegExp]>([
    [
      {
        kind: 'converges',
        ...figures,
        totalMilliseconds: { low: 20_000, likely: 26_000, high: 34_000 },
        downtimeMilliseconds: 120,
        passes: 3,
        sentBytes: 1,
      },
      /Total time20 s to 34 sPauseAbout 120 ms and a moment to switch over/,
    ],
    [
      { kind: 'does-not-converge', ...figures, breakEvenBytesPerSecond: 160 * 1024 ** 2 },
      /will not finish.*Pause the VM, reduce its load, or give it a link that carries at least 160 MiB\/s\./,
    ],
    [{ kind: 'unknown', why: msg('The link carried nothing.') }, /unknown.*The link carried nothing/],
  ])('is said: $kind', async (forecast, text) => {
    const model = new FakeModel([web]);
    model.preflightState = { ...doneWith(passed('uri')), forecast };
    open(model);
    await waitFor(() => {
      expect(document.querySelector(`[data-forecast="${forecast.kind}"]`)).toHaveTextContent(text);
    });
    await expectAccessible();
  });
});

describe('migrating', () => {
  async function started(): Promise<FakeModel> {
    const model = await openWith(passed('uri'));
    await waitFor(() => {
      expect(migrateButton()).toBeEnabled();
    });
    await userEvent.click(migrateButton());
    return model;
  }

  test('starts what was chosen, shows it in the dialog alone, and remembers the destination', async () => {
    const model = await started();
    expect(model.started).toEqual([
      {
        vm: { connection: 'system', name: 'web', uuid: web.uuid },
        destination: beta,
        temporary: false,
        confirmedUriParameters: [],
      },
    ]);
    expect(model.destinations.list()).toEqual([beta]);
    const views = document.querySelectorAll('[data-migration="web"]');
    expect(views).toHaveLength(1);
    expect(screen.getByRole('dialog')).toContainElement(views[0] as HTMLElement);
    expect(views[0]).toHaveAttribute('data-phase', 'preparing');
    expect(screen.getByRole('progressbar')).not.toHaveAttribute('aria-valuenow');
    expect(model.preflights[0]?.stopped).toBe(true);
    await expectAccessible();
    await userEvent.click(screen.getByRole('button', { name: 'Cancel migration' }));
    expect(model.asked).toEqual(['cancel web']);
  });

  test('closing leaves it to go on, shown on the page', async () => {
    const model = await started();
    act(() => {
      model.setMigration(migrationOf(web, { phase: 'copying', progress }));
    });
    await userEvent.click(screen.getByRole('button', { name: 'Close' }));
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(model.asked).toEqual([]);
    const views = document.querySelectorAll('[data-migration="web"]');
    expect(views).toHaveLength(1);
    expect(views[0]).toHaveAttribute('data-phase', 'copying');
  });

  test('pauses a VM that keeps it from ending, and says what libvirt refuses', async () => {
    const model = await started();
    model.refusal = { summary: msg('Pausing the VM failed.'), original: 'Timed out' };
    act(() => {
      model.setMigration(migrationOf(web, { phase: 'copying', progress, stalled: true }));
    });
    await userEvent.click(screen.getByRole('button', { name: 'Pause the VM now' }));
    expect(model.asked).toEqual(['pause web']);
    expect(await within(screen.getByRole('dialog')).findByText('Pausing the VM failed.')).toBeVisible();
    await expectAccessible();
  });

  test('stays open to the end, though the VM has left the list by then', async () => {
    const model = await started();
    act(() => {
      model.system.set({ kind: 'ready', vms: [], readOnly: false });
      model.setMigration(
        migrationOf(web, {
          phase: 'done',
          verification: 'confirmed',
          answers: [
            {
              question: msg('Does it run?'),
              expected: msg('yes'),
              answer: msg('yes'),
              verdict: 'as-expected',
            },
          ],
        }),
      );
    });
    const dialog = within(screen.getByRole('dialog'));
    expect(dialog.getByText('Done: web runs on beta. Both hosts confirm this.')).toBeVisible();
    expect(dialog.getByText('As expected')).toBeVisible();
    await expectAccessible();
    await userEvent.click(dialog.getByRole('button', { name: 'Close' }));
    await waitFor(() => {
      expect(screen.getByRole('heading', { name: 'VM migration' })).toHaveFocus();
    });
    expect(document.querySelectorAll('[data-migration="web"]')).toHaveLength(1);
  });

  test('after a failure leads back to the checks, which look afresh', async () => {
    const model = await started();
    act(() => {
      model.setMigration(
        migrationOf(web, {
          phase: 'failed',
          failure: { summary: msg('No route.'), original: 'EHOSTUNREACH' },
        }),
      );
    });
    expect(screen.getByText('EHOSTUNREACH')).toBeVisible();
    await userEvent.click(screen.getByRole('button', { name: 'Back to the checks' }));
    expect(uriBox()).toHaveValue(beta);
    expect((await preflightOf(model, 2)).fresh).toBe(true);
    expect(document.querySelector('[data-migration]')).toBeNull();
  });

  test('a link to a VM on its way shows its migration', () => {
    const model = new FakeModel([web]);
    model.setMigration(migrationOf(web, { phase: 'copying', progress }));
    open(model);
    expect(screen.getByRole('dialog')).toContainElement(screen.getByRole('progressbar'));
    expect(screen.queryByRole('textbox', { name: 'Destination URI' })).toBeNull();
  });
});
