// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg } from '../engine/base/index.ts';
import { stallActions } from '../engine/plan/index.ts';
import { wrapText } from './text-layout.ts';

/** What the tool can be told to do. */
export const commands = ['list', 'check', 'migrate', 'history', 'trust'] as const;
export type CommandName = (typeof commands)[number];

/** One option. The parser, the help and the test of the man page use this table. */
export interface Option {
  readonly name: string;
  readonly short?: string;
  /** The placeholder of its value in the help; absent for a switch. */
  readonly value?: string;
  /** It may be given more than once. */
  readonly multiple?: true;
  /** The commands that accept it; absent for all, also without a command. */
  readonly commands?: readonly CommandName[];
  readonly help: Message;
}

const withVm: readonly CommandName[] = ['check', 'migrate'];
/** Those that print a result. */
const reporting: readonly CommandName[] = ['list', 'check', 'migrate', 'history'];

/** All options. */
export const options: readonly Option[] = [
  {
    name: 'temporary',
    commands: withVm,
    help: msg(
      'Keep the definition on this host; a transient copy runs on the destination until it is shut off. Without this option, the definition moves too.',
    ),
  },
  {
    name: 'migration-uri',
    value: 'URI',
    commands: withVm,
    help: msg(
      'Send the data to this address (tcp://10.0.0.2), not to the host name that the destination gives.',
    ),
  },
  {
    name: 'copy-disks',
    value: 'NAMES',
    commands: withVm,
    help: msg(
      'Copy these disks to the destination, by their names in the guest (vda,vdb). The other disks have to be on shared storage.',
    ),
  },
  {
    name: 'period',
    value: 'SECONDS',
    commands: withVm,
    help: msg('Measure the dirty rate for 1 to 60 seconds. Default: 1, 2, 4 and 8, one after the other.'),
  },
  {
    name: 'thorough',
    commands: withVm,
    help: msg(
      'Measure the dirty rate to the end. Default: until longer measurements cannot change the verdict.',
    ),
  },
  {
    name: 'bandwidth',
    value: 'MIB/S',
    commands: withVm,
    help: msg('Bandwidth of the link, in MiB/s. Default: measured.'),
  },
  {
    name: 'bandwidth-limit',
    value: 'MIB/S',
    commands: withVm,
    help: msg('Use at most this much of the link. Default: all of it.'),
  },
  {
    name: 'max-downtime',
    value: 'MS',
    commands: withVm,
    help: msg('Let the VM pause for up to this time at the end, in milliseconds. Default: 300.'),
  },
  {
    name: 'auto-converge',
    commands: withVm,
    help: msg('Let QEMU throttle the VM if it writes too fast.'),
  },
  {
    name: 'post-copy',
    commands: withVm,
    help: msg(
      'Run the VM on the destination after the first pass, and send the rest of its memory then. If the network fails meanwhile, the VM is lost.',
    ),
  },
  {
    name: 'pause-vm',
    commands: withVm,
    help: msg('Pause the VM while its memory is copied; it resumes on the destination.'),
  },
  {
    name: 'on-stall',
    value: 'STEPS',
    commands: withVm,
    help: msg(
      'What to do, in this order, if the migration does not finish: $0, each with the seconds to wait before it (post-copy:60,pause-vm). Default: wait.',
      stallActions.join(', '),
    ),
  },
  {
    name: 'timeout',
    value: 'SECONDS',
    commands: withVm,
    help: msg('Take the steps of --on-stall after this time, even if the migration makes progress.'),
  },
  {
    name: 'override',
    value: 'CHECK',
    multiple: true,
    commands: withVm,
    help: msg('Migrate although this check found a problem, where its finding allows that.'),
  },
  {
    name: 'accept-unknown',
    commands: ['migrate'],
    help: msg('Migrate although some checks gave no answer.'),
  },
  {
    name: 'rehearse',
    commands: ['check'],
    help: msg(
      'Let a stand-in of the VM travel to the destination, paused and without the content of its disks. It is removed from both hosts.',
    ),
  },
  {
    name: 'no-rehearsal',
    commands: ['migrate'],
    help: msg('Migrate without a rehearsal.'),
  },
  {
    name: 'with-hooks',
    commands: withVm,
    help: msg('Rehearse although hook scripts of libvirt would run for the stand-in.'),
  },
  {
    name: 'confirm-parameter',
    value: 'NAME',
    multiple: true,
    commands: withVm,
    help: msg('Allow a URI parameter that runs programs or weakens checks.'),
  },
  {
    name: 'connection',
    value: 'NAME',
    commands: reporting,
    help: msg('The libvirt of the VM on this host: system (default), or session, that of the user.'),
  },
  { name: 'json', commands: reporting, help: msg('Print one JSON document, not text.') },
  {
    name: 'quiet',
    short: 'q',
    commands: reporting,
    help: msg('Print only errors and the JSON document.'),
  },
  {
    name: 'user',
    value: 'USER',
    commands: ['trust'],
    help: msg('Set up access as this user of the destination. Default: root.'),
  },
  {
    name: 'port',
    value: 'PORT',
    commands: ['trust'],
    help: msg('Port of ssh on the destination. Default: 22.'),
  },
  {
    name: 'sign-in-as',
    value: 'USER',
    commands: ['trust'],
    help: msg('Who signs in to the destination to install the key: root, or a user who may use sudo there.'),
  },
  {
    name: 'restrict',
    commands: ['trust'],
    help: msg(
      'Bind the key to libvirt: it gives no shell on the destination. Checks that need one are then unknown.',
    ),
  },
  {
    name: 'from',
    value: 'ADDRESS',
    commands: ['trust'],
    help: msg('Bind the key to this address of this host.'),
  },
  {
    name: 'yes',
    commands: ['trust'],
    help: msg('Make the changes without asking. Host keys and passwords are asked for all the same.'),
  },
  { name: 'help', short: 'h', help: msg('Print this help.') },
  { name: 'version', help: msg('Print the version.') },
];

function optionHead({ name, short, value }: Option): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
}

/** The width that every terminal has. */
const columns = 80;

/** Two columns: a term and its meaning. Long lines continue in the second column. */
function row(head: string, width: number, meaning: string): readonly string[] {
  const indent = ' '.repeat(width + 4);
  return wrapText(meaning, columns, indent).map((line, at) =>
    at === 0 ? `  ${head.padEnd(width)}  ${line.slice(indent.length)}` : line,
  );
}

const commandHelp: Readonly<Record<CommandName, Message>> = {
  list: msg('Print the VMs of this host.'),
  check: msg('Check whether the migration will work. Changes nothing.'),
  migrate: msg('Check, migrate if no check finds a problem, and verify the result on both hosts.'),
  history: msg('Print the past migrations of this host, and how good the forecasts were.'),
  trust: msg(
    'Set up access to a host over ssh for libvirt of this host, step by step: host key, ssh key, libvirt. Asks before each change.',
  ),
};

const usages: Readonly<Record<CommandName, string>> = {
  list: 'list [--connection NAME] [--json]',
  check: 'check VM URI [OPTION...]',
  migrate: 'migrate VM URI [OPTION...]',
  history: 'history [--connection NAME] [--json]',
  trust: 'trust HOST [--user USER] [OPTION...]',
};

/** The help of one command: its usage and its options. */
export function commandHelpText(command: CommandName, say: (message: Message) => string): string {
  const own = options.filter(({ commands: known }) => known?.includes(command) === true);
  const width = Math.max(...own.map((option) => optionHead(option).length));
  return [
    `Usage: cockpit-migrate ${usages[command]}`,
    '',
    ...wrapText(say(commandHelp[command]), columns, ''),
    '',
    ...own.flatMap((option) => row(optionHead(option), width, say(option.help))),
    '',
  ].join('\n');
}

/** The help, as `--help` prints it. */
export function helpText(say: (message: Message) => string): string {
  const width = Math.max(...options.map((option) => optionHead(option).length));
  return [
    ...commands.map((command, at) => `${at === 0 ? 'Usage:' : '      '} cockpit-migrate ${usages[command]}`),
    '',
    ...wrapText(
      say(msg('Migrate a running libvirt VM to another host, and check first whether that will work.')),
      columns,
      '',
    ),
    '',
    ...commands.flatMap((command) => row(command, 9, say(commandHelp[command]))),
    '',
    `  VM         ${say(msg('Name or UUID.'))}`,
    `  URI        ${say(msg('Destination, for example $0.', 'qemu+ssh://beta/system'))}`,
    `  HOST       ${say(msg('Name or address of the destination.'))}`,
    '',
    ...options.flatMap((option) => row(optionHead(option), width, say(option.help))),
    '',
    ...wrapText(
      say(msg('Exit status: 0 ready or done, 1 problem or failure, 2 wrong usage, 3 unknown.')),
      columns,
      '',
    ),
    '',
  ].join('\n');
}
