// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Message } from '../base/index.ts';
import type { HostKey } from './host-key.ts';
import type { LibvirtProblem } from './libvirt-problem.ts';

/** A line of a file of known hosts. */
export interface KnownLine {
  readonly file: string;
  readonly line: string;
}

/** A key that root of this host has, or can be given. */
export type RootKey =
  /** Without a passphrase, so that libvirt can use it. */
  | { readonly kind: 'usable'; readonly file: string; readonly publicKey: string }
  | {
      readonly kind: 'to-make';
      readonly file: string;
      readonly type: 'ed25519' | 'ecdsa';
      readonly comment: string;
    }
  /** Each file that ssh would take is a key with a passphrase. */
  | { readonly kind: 'locked'; readonly files: readonly string[] };

/** Where access stands, as a look at both hosts has shown. */
export type AccessState =
  /** Libvirt of this host signs in without a question. */
  | {
      readonly kind: 'ready';
      readonly uri: string;
      /** As the destination names itself. */
      readonly hostname: string;
      /** False where the key is bound to libvirt: the checks see less. */
      readonly hasShell: boolean;
    }
  | { readonly kind: 'unreachable'; readonly original: string }
  | { readonly kind: 'unknown-host-key'; readonly keys: readonly [HostKey, ...HostKey[]] }
  | {
      readonly kind: 'changed-host-key';
      readonly keys: readonly [HostKey, ...HostKey[]];
      readonly known: readonly HostKey[];
      /** To be taken out of root's files. */
      readonly lines: readonly KnownLine[];
      /** Files of the whole system, which are not changed from here. */
      readonly systemFiles: readonly string[];
    }
  | {
      readonly kind: 'not-accepted';
      /** What the destination lets people sign in by: `publickey`, `password`, `keyboard-interactive`. */
      readonly methods: readonly string[];
      readonly key: RootKey;
    }
  | { readonly kind: 'no-libvirt'; readonly problem: LibvirtProblem; readonly original: string }
  /** Something else stands against it, which cannot be set right from here. */
  | { readonly kind: 'stopped'; readonly why: Message; readonly original: string };

/** Something that was changed, with what it takes to take it back. */
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
      /** The key alone, in base64. */
      readonly key: string;
    };
