// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  type AccessState,
  type HostKey,
  type Intent,
  showFingerprintsCommand,
} from '../engine/access/index.ts';
import { type Message, msg } from '../engine/base/index.ts';
import { messageText } from './environment.ts';
import { wrapText } from './text-layout.ts';

/** Wraps texts at the width of the terminal, at most at 100 columns. */
export function textLines(columns: number, ...messages: readonly Message[]): readonly string[] {
  return messages.flatMap((message) => wrapText(messageText(message), Math.min(columns, 100), ''));
}

/** The announced changes of a step, each with its host. */
export function intentLines(will: readonly Intent[], host: string, columns: number): readonly string[] {
  return will.flatMap(({ host: side, text }) =>
    textLines(columns, msg('On $0: $1', side === 'source' ? msg('this host') : host, text)),
  );
}

/** Fingerprints as ssh-keygen prints them, because the admin compares the two texts. */
function fingerprintLines(keys: readonly HostKey[]): readonly string[] {
  return keys.map(({ fingerprint, algorithm }) => `    ${fingerprint} (${algorithm})`);
}

type HostKeyState = Extract<AccessState, { kind: 'unknown-host-key' | 'changed-host-key' }>;

/** The presented keys, the known keys, and the command that prints the right ones. */
export function hostKeyLines(state: HostKeyState, host: string, columns: number): readonly string[] {
  const say = (...messages: readonly Message[]): readonly string[] => textLines(columns, ...messages);
  const before =
    state.kind === 'unknown-host-key'
      ? say(msg('The host key of $0 is not known to root of this host yet.', host))
      : [
          ...say(
            msg('$0 shows another host key than root of this host knows.', host),
            msg(
              'Either $0 was reinstalled, or another host answers in its place: one that could read and change what is sent, VMs among it.',
              host,
            ),
          ),
          ...say(msg('Known until now:')),
          ...fingerprintLines(state.known),
        ];
  return [
    ...before,
    ...say(msg('Host keys of $0 now:', host)),
    ...fingerprintLines(state.keys),
    ...say(msg('Compare them with what this command prints on the console of $0 itself:', host)),
    `    ${showFingerprintsCommand}`,
  ];
}
