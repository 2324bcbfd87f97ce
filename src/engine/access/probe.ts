// SPDX-License-Identifier: LGPL-2.1-or-later
import { marker } from '../../platform/interactive-process.ts';
import { scriptWords } from '../base/index.ts';
import type { DestinationParts } from '../destination/index.ts';
import script from './destination-environment.sh?raw';
import { type DestinationEnvironment, parseEnvironment } from './libvirt-problem.ts';
import { runAsRoot, type Tools } from './limit.ts';
import { whereTo } from './ssh-settings.ts';

/** The result of ssh as root in batch mode. */
export type Probe =
  /** `there` is undefined if there is no shell: the key may be restricted to libvirt. */
  | { readonly kind: 'signed-in'; readonly there: DestinationEnvironment | undefined }
  | { readonly kind: 'unknown-host-key' | 'changed-host-key' | 'revoked-host-key'; readonly original: string }
  | { readonly kind: 'not-accepted'; readonly methods: readonly string[]; readonly original: string }
  | { readonly kind: 'unreachable'; readonly original: string }
  | { readonly kind: 'other'; readonly original: string };

/**
 * Options of each ssh connection. They prevent changes that were not announced (UpdateHostKeys, a master that stays), keep the error
 * text (LogLevel), and limit the time.
 */
export const quietOptions: readonly string[] = [
  ...[
    'StrictHostKeyChecking=yes',
    'UpdateHostKeys=no',
    'ControlMaster=no',
    'ControlPath=none',
    'LogLevel=INFO',
  ],
  ...[
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'PermitLocalCommand=no',
    'RemoteCommand=none',
  ],
  ...['ConnectTimeout=10', 'ConnectionAttempts=1', 'ServerAliveInterval=5', 'ServerAliveCountMax=3'],
  ...['RequestTTY=no', 'VisualHostKey=no'],
].flatMap((option) => ['-o', option]);

/** Parses the messages of ssh. `printed` contains standard output and standard error. */
export function parseProbe(exitCode: number | null, printed: string, mark: string): Probe {
  const there = parseEnvironment(printed, mark);
  if (there !== undefined) return { kind: 'signed-in', there };
  const original = printed.trim();
  // ssh itself fails with 255. Any other status is that of the program on the destination.
  if (exitCode !== 255) return { kind: 'signed-in', there: undefined };
  if (printed.includes('REVOKED HOST KEY')) return { kind: 'revoked-host-key', original };
  if (printed.includes('REMOTE HOST IDENTIFICATION HAS CHANGED'))
    return { kind: 'changed-host-key', original };
  if (/host key verification failed/i.test(printed)) return { kind: 'unknown-host-key', original };
  const [, methods] = /permission denied \(([\w,-]*)\)/i.exec(printed) ?? [];
  if (methods !== undefined) return { kind: 'not-accepted', methods: methods.split(','), original };
  if (/too many authentication failures|no more authentication methods/i.test(printed))
    return { kind: 'not-accepted', methods: [], original };
  return {
    kind: /could not resolve|timed out|connection refused|no route to host|unreachable/i.test(printed)
      ? 'unreachable'
      : 'other',
    original,
  };
}

/** A script with its parameters, for the standard input of a shell. The script itself gets no input. */
export function scriptInput(text: string, parameters: readonly string[]): string {
  return `( set -- ${scriptWords(...parameters)}\n${text}\n) </dev/null\n`;
}

/** Signs in as libvirt does and reads the environment there, over one connection. */
export async function probe(tools: Tools, parts: DestinationParts): Promise<Probe> {
  const { options, host } = whereTo(parts);
  const mark = marker();
  const { exitCode, stdout } = await runAsRoot(
    tools,
    ['ssh', '-T', '-e', 'none', '-o', 'BatchMode=yes', ...quietOptions, ...options, '--', host, 'sh', '-s'],
    { input: `${scriptInput(script, [mark])}exit\n`, stderr: 'merge' },
  );
  return parseProbe(exitCode, stdout, mark);
}
