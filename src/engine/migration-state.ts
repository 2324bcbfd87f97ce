// SPDX-License-Identifier: LGPL-2.1-or-later
import type { Remedy } from './finding.ts';
import type { Message } from './message.ts';
import type { Prediction } from './track-record.ts';
import type { VmIdentity } from './vm.ts';

/** The pass that began with the least still to be sent. */
export interface NearestPass {
  readonly pass: number;
  /** When it began, in the time of the migration. */
  readonly elapsedMilliseconds: number;
  readonly remainingBytes: number;
  /** The most that was left then or later. */
  readonly mostBytes: number;
}

/** Figures of a running migration, as libvirt's job gives them, never going backwards where they are a progress. */
export interface MigrationProgress {
  /** 0 to 100, never less than what was told before. */
  readonly percent: number;
  readonly elapsedMilliseconds: number;
  readonly memoryTotalBytes: number;
  readonly memoryRemainingBytes: number;
  /** Of the disks that are copied, before the memory; absent where there are none. */
  readonly disks?: { readonly totalBytes: number; readonly remainingBytes: number };
  readonly transferredBytes: number;
  /** Bytes per second; 0 while libvirt has no figure. */
  readonly throughputBytesPerSecond: number;
  readonly dirtyBytesPerSecond: number;
  /** Which pass over the memory this is, from 1. */
  readonly pass: number;
  /** Absent in the first pass that was seen: no other has begun yet. */
  readonly nearest?: NearestPass;
}

/** One question that was put to a host at the end, with what it answered. */
export interface VerificationAnswer {
  readonly question: Message;
  readonly expected: Message;
  /** What the host answered, or why it could not be asked. */
  readonly answer: Message;
  readonly verdict: 'as-expected' | 'not-as-expected' | 'unknown';
}

/** libvirt's error in plain words, its own text, and what can be done. */
export interface MigrationFailure {
  readonly summary: Message;
  readonly original: string;
  readonly advice?: Message;
  /** Where to look further. */
  readonly remedies?: readonly Remedy[];
}

/** What a migration is doing. The phase names are those of `data-phase`. */
export type MigrationPhase =
  /** Waiting for a free place: libvirt-dbus has four worker threads and each migration holds one. */
  | { readonly phase: 'preparing'; readonly queuePosition?: number }
  | {
      readonly phase: 'copying';
      readonly progress: MigrationProgress;
      /** It gets no closer to its end: a percentage would only pretend. */
      readonly stuck?: true;
    }
  | { readonly phase: 'switching'; readonly progress: MigrationProgress }
  | { readonly phase: 'post-copy'; readonly progress: MigrationProgress }
  | { readonly phase: 'verifying' }
  | {
      readonly phase: 'done';
      /** `confirmed` only if every answer is as expected. */
      readonly verification: 'confirmed' | 'contradicted' | 'incomplete';
      readonly answers: readonly VerificationAnswer[];
      /** It was paused when it left, so that it does not run over there either. */
      readonly paused?: true;
      readonly elapsedMilliseconds?: number;
      readonly downtimeMilliseconds?: number;
      /** What the forecast had said. */
      readonly predicted?: Prediction;
      /** Why forecast and actual figures could not be kept for the next forecast. */
      readonly unkept?: string;
    }
  | { readonly phase: 'failed'; readonly failure: MigrationFailure; readonly leftBehind?: Message }
  | {
      readonly phase: 'cancelled';
      readonly answers: readonly VerificationAnswer[];
      /** What the migration may have left on the destination. */
      readonly leftBehind?: Message;
    };

/** One migration that the page shows. */
export interface Migration {
  readonly vm: VmIdentity;
  /** Absent for a migration that somebody else started: libvirt does not tell where to. */
  readonly destination?: string;
  readonly temporary?: boolean;
  /** Begun by this page; otherwise seen by its job only. */
  readonly startedHere: boolean;
  /** The admin asked to cancel and libvirt has not confirmed yet. */
  readonly cancelling: boolean;
  /** The cancel request itself failed; libvirt's text. */
  readonly cancelError?: string;
  readonly state: MigrationPhase;
}
