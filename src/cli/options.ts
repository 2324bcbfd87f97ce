// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from '../engine/base/index.ts';
import { wrapText } from './text-layout.ts';

/** What the tool can be told to do. */
export const commands = ['list', 'check', 'migrate'] as const;
export type CommandName = (typeof commands)[number];

/** One option: the parser, the help and the test of the man page read this table. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** What stands for its value in the help; absent for a switch. */
  readonly value?: string;
  /** It may be given more than once. */
  readonly multiple?: true;
  /** The commands that know it; absent for all, and for no command too. */
  readonly commands?: readonly CommandName[];
  readonly help: Message;
}

const withVm: readonly CommandName[] = ['check', 'migrate'];

/** Every option there is. */
export const options: readonly Option[] = [
  {
    name: 'temporary',
    commands: withVm,
    help: msg(
      'The definition stays here and a copy runs there until it is shut off; without this the VM moves.',
    ),
  },
  {
    name: 'migration-uri',
    value: 'URI',
    commands: withVm,
    help: msg('Where the data goes (tcp://10.0.0.2), if not to the name that the destination gives itself.'),
  },
  {
    name: 'copy-disks',
    value: 'NAMES',
    commands: withVm,
    help: msg(
      'Disks to copy to the destination with the migration, by their names in the guest (vda,vdb); the others have to be on storage that both hosts share.',
    ),
  },
  {
    name: 'period',
    value: 'SECONDS',
    commands: withVm,
    help: msg(
      'How long to watch how fast the VM changes its memory, 1 to 60; unless given 1, 2, 4 and 8, one after the other.',
    ),
  },
  {
    name: 'bandwidth',
    value: 'MIB/S',
    commands: withVm,
    help: msg('What the link carries, in MiB/s; measured unless given.'),
  },
  {
    name: 'override',
    value: 'CHECK',
    multiple: true,
    commands: withVm,
    help: msg('Go on although this check blocks, where its finding says that it may be overridden.'),
  },
  {
    name: 'accept-unknown',
    commands: ['migrate'],
    help: msg('Go on although some checks could not be made.'),
  },
  {
    name: 'confirm-parameter',
    value: 'NAME',
    multiple: true,
    commands: withVm,
    help: msg('Allow a parameter of the URI that runs programs or weakens checks.'),
  },
  {
    name: 'connection',
    value: 'NAME',
    commands,
    help: msg("The VM's libvirt here: system, the host's (unless given), or session, the user's own."),
  },
  { name: 'json', commands, help: msg('Print one JSON document instead of text.') },
  { name: 'quiet', short: 'q', commands, help: msg('Print nothing but errors and the JSON document.') },
  { name: 'help', short: 'h', help: msg('Print this help.') },
  { name: 'version', help: msg('Print the version.') },
];

function optionHead({ name, short, value }: Option): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** What every terminal shows in one line. */
const columns = 80;

/** Something and what it means, beside each other; lines that are too long go on in the second column. */
function row(head: string, width: number, meaning: string): readonly string[] {
  const indent = ' '.repeat(width + 4);
  return wrapText(meaning, columns, indent).map((line, at) =>
    at === 0 ? `  ${head.padEnd(width)}  ${line.slice(indent.length)}` : line,
  );
}

/** The help, as `--help` prints it. */
export function helpText(say: (message: Message) => string): string {
  const width = Math.max(...options.map((option) => optionHead(option).length));
  return [
    'usage: cockpit-migrate list [--connection NAME] [--json]',
    '       cockpit-migrate check VM URI [OPTION...]',
    '       cockpit-migrate migrate VM URI [OPTION...]',
    '',
    ...wrapText(
      say(msg('Moves a running libvirt VM to another host, and tells beforehand whether that will work.')),
      columns,
      '',
    ),
    '',
    `  list       ${say(msg('the VMs of this host'))}`,
    `  check      ${say(msg('says whether the migration would work; changes nothing'))}`,
    ...row(
      'migrate',
      9,
      say(msg('checks, and if nothing blocks, migrates and asks both hosts how it ended')),
    ),
    '',
    `  VM         ${say(msg('name or UUID'))}`,
    `  URI        ${say(msg('the destination, for example $0', 'qemu+ssh://beta/system'))}`,
    '',
    ...options.flatMap((option) => row(optionHead(option), width, say(option.help))),
    '',
    ...wrapText(
      say(msg('Exit status: 0 ready or done, 1 blocked or failed, 2 wrong usage, 3 could not check.')),
      columns,
      '',
    ),
    '',
  ].join('\n');
}
