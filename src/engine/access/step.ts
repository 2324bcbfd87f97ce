// SPDX-License-Identifier: LGPL-2.1-or-later
import { type Message, msg, type Remedy } from '../base/index.ts';
import type { HostKey } from './host-key.ts';
import type { AccessState, RootKey } from './state.ts';

/** A change that a step will make, announced before. */
export interface Intent {
  readonly host: 'source' | 'destination';
  readonly text: Message;
}

/** The next step. It changes only what `will` announces, and only after a person has confirmed it. */
export type Step =
  | { readonly kind: 'done'; readonly state: Extract<AccessState, { kind: 'ready' }> }
  | {
      readonly kind: 'accept-host-key';
      readonly state: Extract<AccessState, { kind: 'unknown-host-key' }>;
      readonly will: readonly Intent[];
    }
  | {
      readonly kind: 'replace-host-key';
      readonly state: Extract<AccessState, { kind: 'changed-host-key' }>;
      readonly will: readonly Intent[];
      /** The person has to type this. It is a part of the new fingerprint. */
      readonly word: string;
    }
  | {
      readonly kind: 'authorize-key';
      readonly key: Exclude<RootKey, { kind: 'locked' }>;
      readonly methods: readonly string[];
      readonly will: readonly Intent[];
    }
  /** A person has to act first, on the destination or on this host. */
  | {
      readonly kind: 'stopped';
      readonly found: Message;
      readonly remedies: readonly Remedy[];
      readonly original: string;
    };

/** The host and the user of the access. */
export interface StepContext {
  readonly host: string;
  /** The user as whom libvirt signs in there. */
  readonly user: string;
  readonly knownAs: string;
  readonly knownHostsFile: string;
}

/** The number of characters of the fingerprint to type. Nobody types six of them by habit. */
const wordLength = 6;

/** The last characters of the first key's fingerprint. */
export function confirmationWord([{ fingerprint }]: readonly [HostKey, ...HostKey[]]): string {
  return fingerprint.slice(-wordLength);
}

/** For the console of the destination, where nobody on the network can change the output. */
export const showFingerprintsCommand =
  'for key in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf "$key"; done';

function stopped(found: Message, original: string, remedies: readonly Remedy[] = []): Step {
  return { kind: 'stopped', found, remedies, original };
}

/** The next step for a state of the access. Pure. */
export function nextStep(state: AccessState, context: StepContext): Step {
  switch (state.kind) {
    case 'ready':
      return { kind: 'done', state };
    case 'unknown-host-key':
      return { kind: 'accept-host-key', state, will: [addsHostKeys(context)] };
    case 'changed-host-key':
      return replaceStep(state, context);
    case 'not-accepted':
      return authorizeStep(state, context);
    case 'unreachable':
      return stopped(msg('This host does not reach $0 over ssh.', context.host), state.original);
    case 'no-libvirt':
      return stopped(state.problem.found, state.original, state.problem.remedies);
    case 'stopped':
      return stopped(state.why, state.original);
  }
}

function addsHostKeys({ knownAs, knownHostsFile }: StepContext): Intent {
  return { host: 'source', text: msg('Add the host keys of $0 to $1.', knownAs, knownHostsFile) };
}

function replaceStep(state: Extract<AccessState, { kind: 'changed-host-key' }>, context: StepContext): Step {
  if (state.systemFiles.length > 0)
    return stopped(
      msg(
        '$0 shows another host key than $1 of this host has. That file is for all users, and is not changed here.',
        context.host,
        state.systemFiles.join(', '),
      ),
      '',
    );
  const removes = [...new Set(state.lines.map(({ file }) => file))].map(
    (file): Intent => ({
      host: 'source',
      text: msg('Remove the old host keys of $0 from $1.', context.knownAs, file),
    }),
  );
  return {
    kind: 'replace-host-key',
    state,
    will: [...removes, addsHostKeys(context)],
    word: confirmationWord(state.keys),
  };
}

function authorizeStep(
  { key, methods }: Extract<AccessState, { kind: 'not-accepted' }>,
  { host, user }: StepContext,
): Step {
  if (key.kind === 'locked')
    return stopped(
      msg('Each ssh key of root has a passphrase ($0). Libvirt cannot enter one.', key.files.join(', ')),
      '',
      [
        {
          text: msg('Name another file for $0 in the ssh configuration of root ($1).', host, 'IdentityFile'),
        },
      ],
    );
  const adds = (text: Message): Intent => ({ host: 'destination', text });
  if (key.kind === 'usable')
    return {
      kind: 'authorize-key',
      key,
      methods,
      will: [adds(msg('Add the ssh key $0 of root to the authorized_keys of user $1.', key.file, user))],
    };
  return {
    kind: 'authorize-key',
    key,
    methods,
    will: [
      {
        host: 'source',
        text: msg(
          'Make an ssh key for root, without a passphrase: $0 ($1, $2).',
          key.file,
          key.type,
          key.comment,
        ),
      },
      adds(msg('Add that ssh key to the authorized_keys of user $0.', user)),
    ],
  };
}
