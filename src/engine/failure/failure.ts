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

/** An operation that libvirt refused: our sentence with libvirt's own text beneath it. */
export interface Refusal {
  readonly summary: Message;
  readonly original: string;
}

/** Why a migration failed, in plain words, with what can be done and the original text. */
export function migrationFailure(error: unknown): MigrationFailure {
  return { ...(explain(error) ?? { summary: msg('The migration failed.') }), original: originalText(error) };
}

/** Why an operation was refused. `fallback` is said when libvirt's reason is none that has plain words. */
export function refusal(error: unknown, fallback: Message): Refusal {
  return { summary: explain(error)?.summary ?? fallback, original: originalText(error) };
}

/** The original words of an error. */
export function originalText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Plain words for the reasons that have some. */
function explain(error: unknown): Explanation | undefined {
  return error instanceof LibvirtError ? explanations[error.reason] : undefined;
}
