// SPDX-License-Identifier: LGPL-2.1-or-later
import { LibvirtError } from '../libvirt/errors.ts';
import { type Message, msg } from './message.ts';
import type { MigrationFailure } from './migration-state.ts';
import type { Refusal } from './vm.ts';

interface Words {
  readonly summary: Message;
  readonly advice?: Message;
}

/** Why a migration failed, in plain words, with what can be done and the original text. */
export function migrationFailure(error: unknown): MigrationFailure {
  const { summary, advice } = words(error) ?? { summary: msg('The migration failed.') };
  const original = originalText(error);
  return advice === undefined ? { summary, original } : { summary, original, advice };
}

/** Why an operation was refused. `fallback` is said when libvirt's reason is none that has plain words. */
export function refusal(error: unknown, fallback: Message): Refusal {
  return { summary: words(error)?.summary ?? fallback, original: originalText(error) };
}

/** The original words of an error. */
export function originalText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function words(error: unknown): Words | undefined {
  if (!(error instanceof LibvirtError)) return undefined;
  switch (error.reason) {
    default:
      return undefined;
  }
}
