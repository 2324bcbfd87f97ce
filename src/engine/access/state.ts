// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message } from '../base/index.ts';
import type { HostKey } from './host-key.ts';
import type { LibvirtProblem } from './libvirt-problem.ts';

/** A line of a known_hosts file. */
export interface KnownLine {
  readonly file: string;
  readonly line: string;
}

/** The ssh key of root of this host: an existing one, or one to create. */
export type RootKey =
  /** Without a passphrase, so that libvirt can use it. */
  | { readonly kind: 'usable'; readonly file: string; readonly publicKey: string }
  | {
      readonly kind: 'to-make';
      readonly file: string;
      readonly type: 'ed25519' | 'ecdsa';
      readonly comment: string;
    }
  /** Each file that ssh would use is a key with a passphrase. */
  | { readonly kind: 'locked'; readonly files: readonly string[] };

/** The state of the access, as read from both hosts. */
export type AccessState =
  /** Libvirt of this host signs in without a question. */
  | {
      readonly kind: 'ready';
      readonly uri: string;
      /** The destination's own host name. */
      readonly hostname: string;
      /** False if the key is restricted to libvirt. Checks that need a shell are unknown then. */
      readonly hasShell: boolean;
    }
  | { readonly kind: 'unreachable'; readonly original: string }
  | { readonly kind: 'unknown-host-key'; readonly keys: readonly [HostKey, ...HostKey[]] }
  | {
      readonly kind: 'changed-host-key';
      readonly keys: readonly [HostKey, ...HostKey[]];
      readonly known: readonly HostKey[];
      /** Lines to remove from root's files. */
      readonly lines: readonly KnownLine[];
      /** Files for all users, which are not changed. */
      readonly systemFiles: readonly string[];
    }
  | {
      readonly kind: 'not-accepted';
      /** The authentication methods of the destination: `publickey`, `password`, `keyboard-interactive`. */
      readonly methods: readonly string[];
      readonly key: RootKey;
    }
  | { readonly kind: 'no-libvirt'; readonly problem: LibvirtProblem; readonly original: string }
  /** Another problem, which this program cannot solve. */
  | { readonly kind: 'stopped'; readonly why: Message; readonly original: string };

/** A change, with the data needed to undo it. */
export type Change =
  | {
      readonly kind: 'host-key-added';
      readonly file: string;
      readonly knownAs: string;
      readonly lines: readonly string[];
    }
  | { readonly kind: 'host-key-removed'; readonly knownAs: string; readonly lines: readonly KnownLine[] }
  | { readonly kind: 'key-made'; readonly file: string; readonly publicKey: string }
  | {
      readonly kind: 'key-authorized';
      /** Of the user on the destination. */
      readonly user: string;
      readonly file: string;
      readonly line: string;
      /** The key field, in base64. */
      readonly key: string;
    };
