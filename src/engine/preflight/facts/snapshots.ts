// SPDX-License-Identifier: LGPL-2.1-or-later
import { defineFact } from '../fact.ts';
import { requireAnswer, sourceAnswersFact } from './source-answers.ts';

/** The names of the VM's snapshots and checkpoints, on this host. */
export interface Snapshots {
  readonly snapshots: readonly string[];
  /** Points from which incremental backups start. */
  readonly checkpoints: readonly string[];
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

/** The VM's snapshots and checkpoints. */
export const snapshotsFact = defineFact<Snapshots, { answers: typeof sourceAnswersFact }>({
  name: 'snapshots',
  needs: { answers: sourceAnswersFact },
  gather: ({ answers }) => ({
    snapshots: linesOf(requireAnswer(answers, 'snapshots')),
    checkpoints: linesOf(requireAnswer(answers, 'checkpoints')),
  }),
});
