// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';
import type { VerificationAnswer } from '../../engine/migration/index.ts';
import { _, format, textOf } from '../common/index.ts';
import { StatusLabel } from '../findings/index.ts';

function AnswerLabel({ verdict }: Pick<VerificationAnswer, 'verdict'>): ReactNode {
  switch (verdict) {
    case 'as-expected':
      return <StatusLabel tone="success">{_('As expected')}</StatusLabel>;
    case 'not-as-expected':
      return <StatusLabel tone="danger">{_('Not as expected')}</StatusLabel>;
    case 'unknown':
      return <StatusLabel tone="unknown">{_('Unknown')}</StatusLabel>;
  }
}

/** The questions to the hosts at the end, with expected and actual answers. */
export function VerificationAnswers({
  answers,
}: {
  readonly answers: readonly VerificationAnswer[];
}): ReactNode {
  if (answers.length === 0) return null;
  return (
    <ul className="migrate-answers" aria-label={_('Answers of the hosts')}>
      {answers.map(({ question, expected, answer, verdict }) => (
        <li key={textOf(question)} data-answer={verdict}>
          <AnswerLabel verdict={verdict} />
          <span>
            <strong>{textOf(question)}</strong> {textOf(answer)}
            {verdict === 'as-expected' ? null : (
              <span className="migrate-expected">{format(_('Expected: $0'), textOf(expected))}</span>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}
