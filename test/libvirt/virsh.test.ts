// SPDX-License-Identifier: LGPL-2.1-or-later
import { describe, expect, it } from 'vitest';
import { LibvirtError } from '../../src/libvirt/errors.ts';
import { virshQuote, virshSession } from '../../src/libvirt/virsh.ts';
import { type Platform, PlatformError, type RunOptions } from '../../src/platform/platform.ts';

interface Run {
  readonly argv: readonly string[];
  readonly options: RunOptions;
}

/** A virsh with an answer for each command, and a line end for its `echo`. */
function fakeVirsh(
  answer: (command: string) => string,
  { lineEnd = '', before = '', runs = [] as Run[], stopAfter = Infinity } = {},
): Pick<Platform, 'run'> & { readonly runs: readonly Run[] } {
  return {
    runs,
    run: (argv, options = {}) => {
      runs.push({ argv, options });
      const commands = (argv.at(-1) ?? '').split('; ');
      const stdout =
        before +
        commands
          .slice(0, stopAfter)
          .map((each) => (each.startsWith('echo ') ? each.slice(5) + lineEnd : answer(each)))
          .join('');
      return Promise.resolve({ exitCode: 0, stdout, stderr: '' });
    },
  };
}

const platformOf = (fake: Pick<Platform, 'run'>): Platform => fake as Platform;

const two = [
  { id: 'a', argv: ['dumpxml', 'web'] },
  { id: 'b', argv: ['domstate', 'web'] },
];

describe('quoting', () => {
  it("puts each word between virsh's single quotes", () => {
    expect(virshQuote('a b')).toBe("'a b'");
    expect(virshQuote('')).toBe("''");
    expect(virshQuote(`it's "$(x)" \\ ;`)).toBe(`'it'\\''s "$(x)" \\ ;'`);
  });
});

describe('a session of virsh', () => {
  it('is one process for all commands, with nothing of the user that would log in elsewhere', async () => {
    const fake = fakeVirsh(() => 'x\n');
    await virshSession(platformOf(fake), 'qemu:///system', two, { superuser: 'try' });
    expect(fake.runs).toHaveLength(1);
    const [{ argv, options } = { argv: [], options: {} }] = fake.runs;
    expect(argv.slice(0, 4)).toEqual(['virsh', '-q', '-c', 'qemu:///system']);
    expect(argv).toHaveLength(5);
    expect(argv[4]).toMatch(/^echo (\S+); 'dumpxml' 'web'; echo \1; 'domstate' 'web'; echo \1$/);
    expect(options).toMatchObject({
      stderr: 'merge',
      superuser: 'try',
      environment: { LC_ALL: 'C', SSH_AUTH_SOCK: '', SSH_ASKPASS: '', DISPLAY: '' },
    });
  });

  for (const lineEnd of ['', '\n'])
    it(`gives each answer, with ${lineEnd === '' ? 'no' : 'a'} line end behind the marker`, async () => {
      const fake = fakeVirsh(
        (each) => (each.includes('dumpxml') ? '<domain>\n</domain>\n\n' : ' running \n'),
        { lineEnd },
      );
      const answers = await virshSession(platformOf(fake), 'test:///default', two);
      expect([...answers.values()]).toEqual([
        { id: 'a', ok: true, text: '<domain>\n</domain>' },
        { id: 'b', ok: true, text: ' running ' },
      ]);
    });

  it('goes on behind a command that fails, and gives its words', async () => {
    const fake = fakeVirsh((each) =>
      each.includes('dumpxml') ? "error: failed to get domain 'web'\nerror: Domain not found\n" : 'running\n',
    );
    const answers = await virshSession(platformOf(fake), 'test:///default', two);
    expect(answers.get('a')).toEqual({
      id: 'a',
      ok: false,
      error: "failed to get domain 'web'\nDomain not found",
    });
    expect(answers.get('b')).toMatchObject({ ok: true });
  });

  it('is not deceived by a definition that holds the words of an error', async () => {
    const text =
      '<domain>\n  <description>see\nerror: failed to connect to the hypervisor\nerror: x</description>\n</domain>';
    const fake = fakeVirsh((each) => (each.includes('dumpxml') ? `${text}\n` : 'running\n'));
    const answers = await virshSession(platformOf(fake), 'test:///default', two);
    expect(answers.get('a')).toEqual({ id: 'a', ok: true, text });
  });

  it('is not deceived by the name of a VM either, whatever else ends a line for JavaScript', async () => {
    const text = 'Name:           a\u2028error: x\rerror: y\nUUID:           z';
    const fake = fakeVirsh(() => `${text}\n\n`);
    const answers = await virshSession(platformOf(fake), 'test:///default', two);
    expect(answers.get('a')).toEqual({ id: 'a', ok: true, text });
  });

  it('has failed also when a command had begun to answer', async () => {
    const fake = fakeVirsh(() => 'Name:   web\nerror: cannot read the rest\n');
    const answers = await virshSession(platformOf(fake), 'test:///default', two);
    expect(answers.get('b')).toMatchObject({ ok: false });
  });

  it('leaves out what virsh did not come to', async () => {
    const fake = fakeVirsh(() => 'x\n', { stopAfter: 4 });
    const answers = await virshSession(platformOf(fake), 'test:///default', two);
    expect([...answers.keys()]).toEqual(['a']);
  });

  it('raises what kept it from connecting, in its own words', async () => {
    const said =
      "error: failed to connect to the hypervisor\nerror: Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory\n";
    const fake = fakeVirsh(() => '', { before: said, stopAfter: 0 });
    const error = await failureOf(virshSession(platformOf(fake), 'qemu:///system', two));
    expect(error.reason).toBe('daemon-down');
    expect(error.message).toBe(
      "Failed to connect socket to '/var/run/libvirt/libvirt-sock': No such file or directory",
    );
    // Versions of virsh that connect only with the first command.
    const late = fakeVirsh(() => said);
    expect((await failureOf(virshSession(platformOf(late), 'qemu:///system', two))).reason).toBe(
      'daemon-down',
    );
  });

  it("raises the platform's errors as its own", async () => {
    const broken: Pick<Platform, 'run'> = {
      run: () => Promise.reject(new PlatformError('cancelled', 'virsh: cancelled')),
    };
    expect((await failureOf(virshSession(platformOf(broken), 'qemu:///system', two))).reason).toBe(
      'cancelled',
    );
  });

  it('gives input by a pipe, through a constant script', async () => {
    const fake = fakeVirsh(() => 'x\n');
    await virshSession(platformOf(fake), 'test:///default', two, { input: '<cpu/>' });
    const [{ argv, options } = { argv: [], options: {} }] = fake.runs;
    expect(argv.slice(0, 5)).toEqual(['sh', '-c', 'cat | "$@"', 'sh', 'virsh']);
    expect(options.input).toBe('<cpu/>');
  });

  it('takes several processes when there are more commands than one argument may hold', async () => {
    const commands = Array.from({ length: 2000 }, (_, number) => ({
      id: String(number),
      argv: [
        'metadata',
        `8c2a5e0e-7f5a-4f0c-9d9a-${String(number).padStart(12, '0')}`,
        '--uri',
        'urn:x',
        '--config',
      ],
    }));
    const fake = fakeVirsh((each) => `${each}\n`);
    const answers = await virshSession(platformOf(fake), 'test:///default', commands);
    expect(answers.size).toBe(2000);
    expect(answers.get('1999')).toMatchObject({ text: expect.stringContaining('000000001999') as string });
    // MAX_ARG_STRLEN of Linux: 32 pages of 4 KiB, with the zero at the end.
    for (const { argv } of fake.runs)
      expect(new TextEncoder().encode(argv.at(-1)).length).toBeLessThan(131_072);
    expect(fake.runs.length).toBeLessThan(7);
  });
});

async function failureOf(promise: Promise<unknown>): Promise<LibvirtError> {
  const outcome = await promise.then(
    () => new Error('Not rejected'),
    (error: unknown) => error,
  );
  if (outcome instanceof LibvirtError) return outcome;
  throw outcome instanceof Error ? outcome : new Error(String(outcome));
}
