// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode, RefObject } from 'react';
import { StatusIcon, tallyTexts, toneOf } from '../findings/index.ts';
import type { OverallVerdict } from './verdict.ts';

/** The verdict. It is announced at the end, not at each step. */
export function VerdictLine({
  verdict: { tone, text, tally },
  verdictRef,
}: {
  readonly verdict: OverallVerdict;
  readonly verdictRef: RefObject<HTMLParagraphElement | null>;
}): ReactNode {
  return (
    <div className="migrate-verdict" data-tone={tone}>
      <StatusIcon tone={tone} />
      <p
        ref={verdictRef}
        role="status"
        aria-live={tone === 'busy' ? 'off' : 'polite'}
        className="migrate-verdict-text"
        tabIndex={-1}
      >
        {text}
      </p>
      <ul className="migrate-tally">
        {tally === undefined
          ? null
          : tallyTexts(tally).map(({ verdict, text: count }) => (
              <li key={verdict}>
                <StatusIcon tone={toneOf(verdict)} />
                {count}
              </li>
            ))}
      </ul>
    </div>
  );
}
