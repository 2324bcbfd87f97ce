// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, Flex, FlexItem, Tooltip } from '@patternfly/react-core';
import { type ReactNode, useState } from 'react';
import {
  type Migration,
  type SteerAction,
  type Steering,
  steeredText,
  steerText,
} from '../../engine/migration/index.ts';
import { _, format, OriginalText, textOf } from '../common/index.ts';
import { SteerForm, type SteerQuestion } from './steer-form.tsx';
import { steerLabel } from './steer-label.ts';

type Kind = SteerAction['kind'];

/** Why it is not possible now; undefined if it is. */
function whyNot(kind: Kind, { state, postCopyAllowed, cancelling, steering }: Migration): string | undefined {
  if (cancelling) return _('The migration is being cancelled.');
  if (state.phase === 'preparing') return _('Possible once copying has begun.');
  if (state.phase !== 'copying') return _('Not needed any more: the VM is already changing hosts.');
  if (kind === 'post-copy' && postCopyAllowed === false)
    return _('Post-copy has to be chosen before the migration starts.');
  const waiting = steering.some((each) => each.state === 'asked' && each.action.kind === kind);
  return waiting ? _('Waiting for libvirt.') : undefined;
}

function SteerButton({
  kind,
  why,
  isExpanded,
  onClick,
}: {
  readonly kind: Kind;
  readonly why: string | undefined;
  /** Absent for a button that needs no input. */
  readonly isExpanded?: boolean;
  readonly onClick: () => void;
}): ReactNode {
  const button = (
    <Button
      variant="secondary"
      isAriaDisabled={why !== undefined}
      {...(isExpanded === undefined ? {} : { 'aria-expanded': isExpanded })}
      onClick={onClick}
    >
      {steerLabel(kind)}
    </Button>
  );
  return why === undefined ? button : <Tooltip content={why}>{button}</Tooltip>;
}

function steeringText(steering: Steering): string {
  if (steering.state === 'done') return textOf(steeredText(steering));
  return steering.state === 'asked'
    ? // TRANSLATORS: $0 is something that was asked of libvirt, such as "Switch to post-copy".
      format(_('$0: waiting for libvirt.'), textOf(steerText(steering)))
    : format(_('$0: libvirt refused.'), textOf(steerText(steering)));
}

/** The changes made to the migration so far, by the admin or by the plan. */
function Steered({ steering }: { readonly steering: readonly Steering[] }): ReactNode {
  if (steering.length === 0) return null;
  return (
    <ul className="migrate-steered" aria-live="polite" aria-label={_('Changes to the migration')}>
      {steering.map((each, index) => (
        // Entries are never removed from the middle.
        <li key={index} data-steering={each.action.kind} data-state={each.state}>
          {each.by === 'plan'
            ? // TRANSLATORS: $0 is what was done, such as "Paused the VM to finish."
              format(_('As planned: $0'), steeringText(each))
            : steeringText(each)}
          {each.reason === undefined ? null : <OriginalText>{each.reason}</OriginalText>}
        </li>
      ))}
    </ul>
  );
}

const questions: readonly SteerQuestion[] = ['post-copy', 'longer-pause', 'bandwidth-limit'];

/** The possible changes to a running migration (disabled with a reason if not possible now), and those made. */
export function SteerActions({
  migration,
  onSteer,
}: {
  readonly migration: Migration;
  readonly onSteer: (action: SteerAction) => void;
}): ReactNode {
  const [open, setOpen] = useState<SteerQuestion>();
  const asked = open === undefined || whyNot(open, migration) !== undefined ? undefined : open;
  return (
    <>
      <Flex columnGap={{ default: 'columnGapSm' }} rowGap={{ default: 'rowGapSm' }}>
        <FlexItem>
          <SteerButton
            kind="pause-vm"
            why={whyNot('pause-vm', migration)}
            onClick={() => {
              onSteer({ kind: 'pause-vm' });
            }}
          />
        </FlexItem>
        {questions.map((kind) => (
          <FlexItem key={kind}>
            <SteerButton
              kind={kind}
              why={whyNot(kind, migration)}
              isExpanded={asked === kind}
              onClick={() => {
                setOpen(open === kind ? undefined : kind);
              }}
            />
          </FlexItem>
        ))}
      </Flex>
      {asked === undefined ? null : (
        <SteerForm
          key={asked}
          question={asked}
          label={steerLabel(asked)}
          migration={migration}
          onSteer={(action) => {
            setOpen(undefined);
            onSteer(action);
          }}
          onBack={() => {
            setOpen(undefined);
          }}
        />
      )}
      <Steered steering={migration.steering} />
    </>
  );
}
