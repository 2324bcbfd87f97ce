// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, Form } from '@patternfly/react-core';
import { type ReactNode, useState } from 'react';
import type { Migration, SteerAction } from '../../engine/migration/index.ts';
import { parseBandwidthInput, parseDowntime } from '../../engine/plan/index.ts';
import { pauseForLastPass } from '../../engine/progress/index.ts';
import { _, Field, type FieldDescription } from '../common/index.ts';

/** Changes that need a confirmation or a value from the admin. */
export type SteerQuestion = Exclude<SteerAction['kind'], 'pause-vm'>;

/** The change for the text; undefined if it is not understood. */
function actionOf(question: SteerQuestion, text: string): SteerAction | undefined {
  switch (question) {
    case 'post-copy':
      return { kind: 'post-copy' };
    case 'longer-pause': {
      const milliseconds = parseDowntime(text);
      return milliseconds === undefined ? undefined : { kind: 'longer-pause', milliseconds };
    }
    case 'bandwidth-limit': {
      const limit = parseBandwidthInput(text);
      if (limit.kind === 'invalid') return undefined;
      return limit.kind === 'none'
        ? { kind: 'bandwidth-limit' }
        : { kind: 'bandwidth-limit', bytesPerSecond: limit.bytesPerSecond };
    }
  }
}

/** The proposed pause in milliseconds, from the figures, as initial text. */
function proposalOf(question: SteerQuestion, { state }: Migration): string {
  if (question !== 'longer-pause' || state.phase !== 'copying') return '';
  return String(pauseForLastPass(state.progress) ?? '');
}

function fieldOf(
  question: 'longer-pause' | 'bandwidth-limit',
  isWrong: boolean,
): Pick<FieldDescription, 'label' | 'help' | 'error'> {
  return question === 'longer-pause'
    ? {
        label: _('Longest pause, in milliseconds'),
        help: _('The VM stands still for up to this time, then runs on the destination.'),
        error: isWrong ? _('Enter a whole number from 1 to 2000000.') : undefined,
      }
    : {
        label: _('Bandwidth limit, in MiB/s'),
        help: _('If empty, the migration uses all of the link.'),
        error: isWrong ? _('Enter a number above 0.') : undefined,
      };
}

/** Asks the admin for the missing input before libvirt is called. */
export function SteerForm({
  question,
  label,
  migration,
  onSteer,
  onBack,
}: {
  readonly question: SteerQuestion;
  readonly label: string;
  readonly migration: Migration;
  readonly onSteer: (action: SteerAction) => void;
  readonly onBack: () => void;
}): ReactNode {
  const [text, setText] = useState(() => proposalOf(question, migration));
  const action = actionOf(question, text);
  const isWrong = action === undefined && text.trim() !== '';
  return (
    <Form
      aria-label={label}
      className="migrate-steer-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (action !== undefined) onSteer(action);
      }}
    >
      {question === 'post-copy' ? (
        <p>
          {_(
            'The VM runs on the destination at once and fetches the rest of its memory from this host. There is no way back: if a host or the network fails before all of its memory has arrived, the VM is lost.',
          )}
        </p>
      ) : (
        <Field
          {...fieldOf(question, isWrong)}
          name={question}
          value={text}
          input={{ className: 'migrate-seconds', inputMode: 'decimal' }}
          onChange={setText}
        />
      )}
      <div>
        <Button
          type="submit"
          variant={question === 'post-copy' ? 'danger' : 'primary'}
          isDisabled={action === undefined}
        >
          {question === 'post-copy' ? _('Switch now') : _('Apply')}
        </Button>{' '}
        <Button variant="link" onClick={onBack}>
          {_('Back')}
        </Button>
      </div>
    </Form>
  );
}
