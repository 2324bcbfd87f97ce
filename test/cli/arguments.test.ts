// SPDX-License-Identifier: LGPL-2.1-or-later
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseArguments } from '../../src/cli/arguments.ts';
import { plainText } from '../../src/engine/base/message.ts';

const uri = 'qemu+ssh://beta/system';
const plain = {
  connection: 'system',
  vm: 'web',
  destination: uri,
  temporary: false,
  migrationUri: undefined,
  dirtyRateSeconds: undefined,
  bandwidthBytesPerSecond: undefined,
  thorough: false,
  tuning: {},
  overrides: new Set(),
  acceptUnknown: false,
  confirmedUriParameters: [],
  rehearse: false,
  withHooks: false,
  json: false,
  quiet: false,
};

describe('parseArguments', () => {
  it('parses the commands and their arguments', () => {
    expect(parseArguments(['list'])).toEqual({
      kind: 'list',
      connection: 'system',
      json: false,
      quiet: false,
    });
    expect(parseArguments(['list', '--json', '--connection=session'])).toMatchObject({
      connection: 'session',
      json: true,
    });
    expect(parseArguments(['check', 'web', uri])).toEqual({ kind: 'check', ...plain });
    expect(
      parseArguments([
        ...['migrate', '--temporary', 'web', '--override', 'data-ports', '--override=dirty-rate', uri, '-q'],
        ...[
          '--migration-uri',
          '10.0.0.2',
          '--thorough',
          '--period',
          '60',
          '--bandwidth',
          '112.5',
          '--accept-unknown',
          '--json',
        ],
        ...['--confirm-parameter', 'No_Verify', '--connection', 'session'],
      ]),
    ).toEqual({
      kind: 'migrate',
      connection: 'session',
      vm: 'web',
      destination: uri,
      temporary: true,
      migrationUri: 'tcp://10.0.0.2',
      dirtyRateSeconds: 60,
      thorough: true,
      bandwidthBytesPerSecond: 112.5 * 1024 ** 2,
      tuning: {},
      overrides: new Set(['data-ports', 'dirty-rate']),
      acceptUnknown: true,
      confirmedUriParameters: ['no_verify'],
      rehearse: true,
      withHooks: false,
      json: true,
      quiet: true,
    });
  });

  it('rehearses before a migration unless disabled, and after checks if requested', () => {
    const rehearses = (...argv: readonly string[]): unknown => {
      const command = parseArguments(argv);
      return command.kind === 'check' || command.kind === 'migrate' ? command.rehearse : command;
    };
    expect(rehearses('migrate', 'web', uri)).toBe(true);
    expect(rehearses('migrate', 'web', uri, '--no-rehearsal')).toBe(false);
    expect(rehearses('migrate', 'web', uri, '--override=rehearsal')).toBe(false);
    expect(rehearses('check', 'web', uri)).toBe(false);
    expect(rehearses('check', 'web', uri, '--rehearse')).toBe(true);
    expect(parseArguments(['check', 'web', uri, '--rehearse', '--with-hooks'])).toMatchObject({
      withHooks: true,
    });
  });

  it('takes a VM whose name looks like an option after --', () => {
    expect(parseArguments(['check', '--json', '--', '--web', uri])).toMatchObject({
      vm: '--web',
      json: true,
    });
  });

  it('shows help and version whatever else is given', () => {
    expect(parseArguments(['--help'])).toEqual({ kind: 'help' });
    expect(parseArguments(['check', '-h'])).toEqual({ kind: 'help' });
    expect(parseArguments(['--version'])).toEqual({ kind: 'version' });
    expect(parseArguments(['help'])).toEqual({ kind: 'help' });
    expect(parseArguments(['help', 'trust'])).toEqual({ kind: 'help', command: 'trust' });
  });

  it('reads what access is asked for', () => {
    expect(parseArguments(['trust', 'beta'])).toEqual({
      kind: 'trust',
      host: 'beta',
      user: undefined,
      port: undefined,
      signInAs: undefined,
      restricted: false,
      from: undefined,
      yes: false,
    });
    const given = [
      '--user=vmuser',
      '--port',
      '2222',
      '--sign-in-as',
      'admin',
      '--restrict',
      '--from=::1',
      '--yes',
    ];
    expect(parseArguments(['trust', ...given, '--', '-beta'])).toEqual({
      kind: 'trust',
      host: '-beta',
      user: 'vmuser',
      port: '2222',
      signInAs: 'admin',
      restricted: true,
      from: '::1',
      yes: true,
    });
  });

  it.each([
    [[], 'Enter a command: list, check, migrate, history, trust.'],
    [['move'], 'Unknown command move. Commands: list, check, migrate, history, trust.'],
    [['list', 'web'], 'Command list takes no argument: remove web.'],
    [['check', 'web'], 'Command check needs a VM and a destination URI.'],
    [['check', 'web', uri, 'x'], 'Command check takes only a VM and a destination URI: remove x.'],
    [['list', '--temporary'], 'Command list has no option --temporary.'],
    [['check', 'web', uri, '--accept-unknown'], 'Command check has no option --accept-unknown.'],
    [['check', 'web', uri, '--frobnicate'], "Unknown option '--frobnicate'"],
    [['check', 'web', uri, '--bandwidth', '0'], 'Option --bandwidth takes a number of MiB/s above 0, not 0.'],
    [['check', 'web', uri, '--period'], "Option '--period <value>' argument missing"],
    [['check', 'web', uri, '--json=yes'], "Option '--json' does not take an argument"],
    [['check', 'web', uri, '--period=0'], 'Option --period takes whole seconds from 1 to 60, not 0.'],
    [['check', 'web', uri, '--period=61'], 'Option --period takes whole seconds from 1 to 60, not 61.'],
    [['check', 'web', uri, '--period=1', '--period=2'], 'Give option --period only once.'],
    [
      ['check', 'web', uri, '--migration-uri=a b'],
      'Option --migration-uri takes an address such as tcp://10.0.0.2, not a b.',
    ],
    [
      ['check', 'web', uri, '--migration-uri='],
      'Option --migration-uri takes an address such as tcp://10.0.0.2, not .',
    ],
    [['help', 'me'], 'Unknown command me. Commands: list, check, migrate, history, trust.'],
    [['trust'], 'Command trust needs a host.'],
    [['trust', 'beta', 'gamma'], 'Command trust takes only a host: remove gamma.'],
    [['trust', 'beta', '--json'], 'Command trust has no option --json.'],
    [['check', 'web', uri, '--user=x'], 'Command check has no option --user.'],
    [['trust', 'beta', '--from=a"b'], 'Option --from takes an address such as 10.0.0.1, not a"b.'],
    [['list', '--connection=other'], 'Option --connection takes system or session, not other.'],
  ])('says what is wrong with %j', (argv, problem) => {
    const command = parseArguments(argv);
    expect(command.kind === 'usage' ? plainText(command.problem) : command).toBe(problem);
  });

  it('lists the checks if an overridden one does not exist', () => {
    const command = parseArguments(['migrate', 'web', uri, '--override', 'luck']);
    expect(command.kind === 'usage' ? plainText(command.problem) : '').toMatch(
      /^Unknown check luck\. Checks: uri, .*dirty-rate.*\.$/,
    );
  });

  it('never throws', () => {
    const words = fc.constantFrom('list', 'check', 'migrate', uri, '--period', '--json', '--', '-q', '-', '');
    fc.assert(
      fc.property(fc.array(fc.oneof(words, fc.string())), (argv) => {
        expect(parseArguments(argv).kind).toMatch(/^(help|version|list|check|migrate|usage)$/);
      }),
    );
  });
});

describe('the tuning of the migration', () => {
  const tuning = (...argv: readonly string[]): unknown => {
    const command = parseArguments(['migrate', 'web', uri, ...argv]);
    return command.kind === 'migrate' ? command.tuning : command;
  };

  it('is parsed from its options', () => {
    expect(
      tuning(
        ...[
          '--bandwidth-limit',
          '20',
          '--max-downtime',
          '2000',
          '--auto-converge',
          '--post-copy',
          '--pause-vm',
        ],
        ...['--on-stall', 'longer-pause,post-copy:60,cancel:0', '--timeout', '300'],
      ),
    ).toEqual({
      autoConverge: true,
      postCopy: true,
      pauseVm: true,
      bandwidthLimitBytesPerSecond: 20 * 1024 ** 2,
      maxDowntimeMilliseconds: 2000,
      onStall: [
        { action: 'longer-pause', afterSeconds: 15 },
        { action: 'post-copy', afterSeconds: 60 },
        { action: 'cancel', afterSeconds: 0 },
      ],
      timeoutSeconds: 300,
    });
    expect(tuning('--on-stall', 'wait')).toEqual({});
  });

  it.each([
    ['--bandwidth-limit', '0'],
    ['--bandwidth-limit', ''],
    ['--max-downtime', '0'],
    ['--max-downtime', '2000001'],
    ['--max-downtime', '1.5'],
    ['--on-stall', 'hope'],
    ['--on-stall', ''],
    ['--on-stall', 'pause-vm,pause-vm'],
    ['--on-stall', 'post-copy:-1'],
    ['--on-stall', 'wait,cancel'],
    ['--timeout', '60'],
    ['--timeout', '0'],
  ])('is refused with what to do: %s %s', (...argv) => {
    const command = parseArguments(['migrate', 'web', uri, ...argv]);
    expect(command.kind).toBe('usage');
    if (command.kind === 'usage') expect(plainText(command.problem)).toContain(argv[0]);
  });
});
