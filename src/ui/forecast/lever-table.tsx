// SPDX-License-Identifier: LGPL-2.1-or-later
import { Checkbox } from '@patternfly/react-core';
import { Table, Tbody, Td, Th, Thead, Tr } from '@patternfly/react-table';
import { type ReactNode, useId } from 'react';
import { type LeverEffect, type LeverName, leverName } from '../../engine/forecast/index.ts';
import { _, format, formatDuration, textOf } from '../common/index.ts';

function timeOf({ confidence, totalMilliseconds }: LeverEffect): string {
  const time = formatDuration(totalMilliseconds ?? 0);
  return confidence === 'estimate' ? format(_('$0 (estimated)'), time) : time;
}

function pauseOf({ lever, downtimeMilliseconds }: LeverEffect): string {
  return lever === 'post-copy'
    ? _('short, then the VM is slower until all its memory has arrived')
    : formatDuration(downtimeMilliseconds ?? 0);
}

/** The levers as choices. */
export interface LeverChoice {
  readonly chosen: ReadonlySet<LeverName>;
  readonly onChoose: (effect: LeverEffect, chosen: boolean) => void;
}

function LeverRow({
  effect,
  choice,
}: {
  readonly effect: LeverEffect;
  readonly choice: LeverChoice;
}): ReactNode {
  const id = useId();
  const [time, pause] = [_('Total time'), _('Pause time')];
  return (
    <Tr data-lever={effect.lever} data-converges={effect.converges}>
      <Th scope="row">
        <Checkbox
          id={id}
          label={textOf(leverName(effect))}
          isChecked={choice.chosen.has(effect.lever)}
          onChange={(_event, chosen) => {
            choice.onChoose(effect, chosen);
          }}
        />
      </Th>
      {effect.converges ? (
        <>
          <Td dataLabel={time}>{timeOf(effect)}</Td>
          <Td dataLabel={pause}>{pauseOf(effect)}</Td>
        </>
      ) : (
        <Td dataLabel={time} colSpan={2}>
          {effect.confidence === 'estimate' ? _('never finishes (estimated)') : _('never finishes')}
        </Td>
      )}
    </Tr>
  );
}

/** The options of a migration, the effect of each, and a checkbox to choose it. */
export function LeverTable({
  levers,
  choice,
}: {
  readonly levers: readonly LeverEffect[];
  readonly choice: LeverChoice;
}): ReactNode {
  const titleId = useId();
  return (
    <div className="migrate-levers">
      <h3 id={titleId} className="migrate-subsection-title">
        {_('What would change it')}
      </h3>
      <Table aria-labelledby={titleId} variant="compact" gridBreakPoint="" borders={false}>
        <Thead>
          <Tr>
            <Th>{_('Change')}</Th>
            <Th>{_('Total time')}</Th>
            <Th>{_('Pause time')}</Th>
          </Tr>
        </Thead>
        <Tbody>
          {levers.map((effect) => (
            <LeverRow key={effect.lever} effect={effect} choice={choice} />
          ))}
        </Tbody>
      </Table>
    </div>
  );
}
