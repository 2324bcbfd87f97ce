// SPDX-License-Identifier: LGPL-2.1-or-later
import { parseArgs } from 'node:util';
import { type ConnectionName, type Message, msg } from '../engine/base/index.ts';
import { parseMigrationUriInput } from '../engine/destination/index.ts';
import { type MigrationTuning, parseBandwidthInput, parseDiskNames } from '../engine/plan/index.ts';
import { checks } from '../engine/preflight/index.ts';
import { rehearsalId } from '../engine/rehearsal/index.ts';
import { type CommandName, commands, options } from './options.ts';
import { parseTrust, type TrustCommand } from './trust-options.ts';
import { type Given, parseTuning } from './tuning-options.ts';

/** The output format. */
export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
}

/** Arguments about one VM. */
export interface VmCommand extends OutputOptions {
  readonly kind: 'check' | 'migrate';
  readonly connection: ConnectionName;
  /** Name or UUID, as it was given. */
  readonly vm: string;
  /** As given; its validity depends on this host's names. */
  readonly destination: string;
  readonly temporary: boolean;
  readonly migrationUri: string | undefined;
  /** Names of disks in the guest; undefined: none is copied. */
  readonly copyDisks: readonly string[] | undefined;
  /** Whole seconds, 1 to 60; undefined: several windows. */
  readonly dirtyRateSeconds: number | undefined;
  /** Measure to the end, also when the verdict cannot change any more. */
  readonly thorough: boolean;
  readonly bandwidthBytesPerSecond: number | undefined;
  readonly tuning: MigrationTuning;
  readonly overrides: ReadonlySet<string>;
  readonly acceptUnknown: boolean;
  readonly confirmedUriParameters: readonly string[];
  /** Rehearse: after the checks, or before the migration. */
  readonly rehearse: boolean;
  /** Rehearse even if hooks of libvirt run for the stand-in. */
  readonly withHooks: boolean;
}

/** The parsed command line. */
export type Command =
  | { readonly kind: 'help'; readonly command?: CommandName }
  | { readonly kind: 'version' }
  | ({ readonly kind: 'list' | 'history'; readonly connection: ConnectionName } & OutputOptions)
  | VmCommand
  | TrustCommand
  | { readonly kind: 'usage'; readonly problem: Message };

function usage(problem: Message): Command {
  return { kind: 'usage', problem };
}

function readTokens(argv: readonly string[]): { given: Given; positionals: readonly string[] } | Message {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: Object.fromEntries(
        options.map(({ name, short, value }) => [
          name,
          {
            type: value === undefined ? ('boolean' as const) : ('string' as const),
            // All values are collected, so that a second one is noticed and does not silently replace the first.
            multiple: true,
            ...(short === undefined ? {} : { short }),
          },
        ]),
      ),
    });
    const given = Object.entries(values).map(
      ([name, value]) =>
        [name, Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []] as const,
    );
    return { given: new Map(given), positionals };
  } catch (error) {
    // Node's messages for an unknown option or a missing value. They are in English and name it.
    if (error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_'))
      return msg('$0', error.message.split('. ', 1)[0] ?? error.message);
    throw error;
  }
}

/** Parses the arguments (without the program's name). Never throws: errors are `usage`. */
export function parseArguments(argv: readonly string[]): Command {
  const tokens = readTokens(argv);
  if ('text' in tokens) return usage(tokens);
  const { given, positionals } = tokens;
  if (given.has('help')) return { kind: 'help' };
  if (given.has('version')) return { kind: 'version' };
  const [word, ...rest] = positionals;
  if (word === undefined) return usage(msg('Enter a command: $0.', commands.join(', ')));
  if (word === 'help') return parseHelp(rest);
  const command = commands.find((each) => each === word);
  if (command === undefined)
    return usage(msg('Unknown command $0. Commands: $1.', word, commands.join(', ')));
  for (const { name, value, multiple, commands: known } of options) {
    const values = given.get(name);
    if (values === undefined) continue;
    if (known?.includes(command) === false)
      return usage(msg('Command $0 has no option --$1.', command, name));
    if (value !== undefined && multiple !== true && values.length > 1)
      return usage(msg('Give option --$0 only once.', name));
  }
  if (command !== 'trust') return parseCommand(command, rest, given);
  const trust = parseTrust(rest, given);
  return 'text' in trust ? usage(trust) : trust;
}

function parseHelp([word, extra]: readonly string[]): Command {
  const command = commands.find((each) => each === word);
  if (extra !== undefined || (word !== undefined && command === undefined))
    return usage(msg('Unknown command $0. Commands: $1.', extra ?? word ?? '', commands.join(', ')));
  return command === undefined ? { kind: 'help' } : { kind: 'help', command };
}

type Reporting = Exclude<CommandName, 'trust'>;

/** Whoever overrides a rehearsal's finding migrates whatever it says. */
function rehearsesFirst(given: Given, overrides: ReadonlySet<string>): boolean {
  return !given.has('no-rehearsal') && !overrides.has(rehearsalId);
}

function parseCommand(command: Reporting, positionals: readonly string[], given: Given): Command {
  const connection = given.get('connection')?.[0] ?? 'system';
  if (connection !== 'system' && connection !== 'session')
    return usage(msg('Option --connection takes system or session, not $0.', connection));
  const wishes = { json: given.has('json'), quiet: given.has('quiet') };
  if (command === 'list' || command === 'history') {
    const [extra] = positionals;
    return extra === undefined
      ? { kind: command, connection, ...wishes }
      : usage(msg('Command $0 takes no argument: remove $1.', command, extra));
  }
  const [vm, destination, extra] = positionals;
  if (vm === undefined || destination === undefined)
    return usage(msg('Command $0 needs a VM and a destination URI.', command));
  if (extra !== undefined)
    return usage(msg('Command $0 takes only a VM and a destination URI: remove $1.', command, extra));
  const seconds = given.get('period')?.[0];
  if (seconds !== undefined && !/^([1-9]|[1-5]\d|60)$/.test(seconds))
    return usage(msg('Option --period takes whole seconds from 1 to 60, not $0.', seconds));
  const bandwidthText = given.get('bandwidth')?.[0];
  const bandwidth = parseBandwidthInput(bandwidthText ?? '');
  if (bandwidth.kind === 'invalid' || (bandwidth.kind === 'none' && bandwidthText !== undefined))
    return usage(msg('Option --bandwidth takes a number of MiB/s above 0, not $0.', bandwidthText ?? ''));
  const addressText = given.get('migration-uri')?.[0];
  const address = parseMigrationUriInput(addressText ?? '');
  if (address.kind === 'invalid' || (address.kind === 'none' && addressText !== undefined))
    return usage(
      msg('Option --migration-uri takes an address such as $0, not $1.', 'tcp://10.0.0.2', addressText ?? ''),
    );
  const disksText = given.get('copy-disks')?.[0];
  const copyDisks = disksText === undefined ? undefined : parseDiskNames(disksText);
  if (disksText !== undefined && copyDisks === undefined)
    return usage(msg('Option --copy-disks takes disk names such as $0, not $1.', 'vda,vdb', disksText));
  const tuning = parseTuning(given);
  if ('text' in tuning) return usage(tuning);
  const overrides = new Set(given.get('override') ?? []);
  const known = [...checks.map(({ id }) => id), rehearsalId];
  const unknown = [...overrides].find((id) => !known.includes(id));
  if (unknown !== undefined) return usage(msg('Unknown check $0. Checks: $1.', unknown, known.join(', ')));
  return {
    kind: command,
    connection,
    vm,
    destination,
    temporary: given.has('temporary'),
    migrationUri: address.kind === 'valid' ? address.uri : undefined,
    copyDisks,
    dirtyRateSeconds: seconds === undefined ? undefined : Number(seconds),
    thorough: given.has('thorough'),
    bandwidthBytesPerSecond: bandwidth.kind === 'valid' ? bandwidth.bytesPerSecond : undefined,
    tuning,
    overrides,
    acceptUnknown: given.has('accept-unknown'),
    // libvirt ignores the case of parameter names.
    rehearse: command === 'check' ? given.has('rehearse') : rehearsesFirst(given, overrides),
    withHooks: given.has('with-hooks'),
    confirmedUriParameters: (given.get('confirm-parameter') ?? []).map((name) => name.toLowerCase()),
    ...wishes,
  };
}
