// SPDX-License-Identifier: LGPL-2.1-or-later
import { Label } from '@patternfly/react-core';
import CheckCircleIcon from '@patternfly/react-icons/dist/esm/icons/check-circle-icon';
import ExclamationCircleIcon from '@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon';
import QuestionCircleIcon from '@patternfly/react-icons/dist/esm/icons/question-circle-icon';
import type { ReactNode } from 'react';
import type { VerificationAnswer } from '../../engine/migration/index.ts';
import { _, format, textOf } from '../common/index.ts';

function AnswerLabel({ verdict }: Pick<VerificationAnswer, 'verdict'>): ReactNode {
  switch (verdict) {
    case 'as-expected':
      return (
        <Label isCompact status="success" icon={<CheckCircleIcon />}>
          {_('As expected')}
        </Label>
      );
    case 'not-as-expected':
      return (
        <Label isCompact status="danger" icon={<ExclamationCircleIcon />}>
          {_('Not as expected')}
        </Label>
      );
    case 'unknown':
      return (
        <Label isCompact color="purple" icon={<QuestionCircleIcon />}>
          {_('Not known')}
        </Label>
      );
  }
}

/** What the hosts were asked at the end, what should be, and what they said. */
export function VerificationAnswers({
  answers,
}: {
  readonly answers: readonly VerificationAnswer[];
}): ReactNode {
  if (answers.length === 0) return null;
  return (
    <ul className="migrate-answers" aria-label={_('What the hosts answered')}>
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
