// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtError } from '../../libvirt/errors.ts';
import { type Message, msg, type Remedy } from '../base/index.ts';
import { type Explanation, explanations } from './explanations.ts';

/** libvirt's error in plain words, its own text, and what can be done. */
export interface MigrationFailure {
  readonly summary: Message;
  readonly original: string;
  readonly advice?: Message;
  /** Where to look further. */
  readonly remedies?: readonly Remedy[];
}

/** An operation that libvirt refused: a sentence of this program, with libvirt's own text below it. */
export interface Refusal {
  readonly summary: Message;
  readonly original: string;
}

/** Why a migration failed, in plain words, with what can be done and the original text. */
export function migrationFailure(error: unknown): MigrationFailure {
  return { ...(explain(error) ?? { summary: msg('The migration failed.') }), original: originalText(error) };
}

/** Why an operation was refused. `fallback` is used if there are no plain words for libvirt's reason. */
export function refusal(error: unknown, fallback: Message): Refusal {
  return { summary: explain(error)?.summary ?? fallback, original: originalText(error) };
}

/** The original text of an error. */
export function originalText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The reasons that have plain words. */
function explain(error: unknown): Explanation | undefined {
  return error instanceof LibvirtError ? explanations[error.reason] : undefined;
}
