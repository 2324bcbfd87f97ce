// SPDX-License-Identifier: LGPL-2.1-or-later
import { Checkbox } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import { visibleText } from '../../engine/base/index.ts';
import type { DestinationInput } from '../../engine/destination/index.ts';
import { _, Notice, textOf } from '../common/index.ts';
import type { DialogAction } from './dialog-state.ts';

/**
 * Parameters of the URI that run programs or weaken the connection: nothing is sent to the destination before they are confirmed.
 */
export function DangerousParameters({
  input,
  confirmed,
  dispatch,
}: {
  readonly input: Extract<DestinationInput, { kind: 'valid' }>;
  readonly confirmed: ReadonlySet<string>;
  readonly dispatch: (action: DialogAction) => void;
}): ReactNode {
  const id = useId();
  const names = input.dangerous.map(({ name }) => name);
  return (
    <Notice variant="warning" title={_('This URI does more than name a host')}>
      <ul className="migrate-finding-details">
        {input.dangerous.map(({ name, value, what }) => (
          <li key={`${name}=${value}`}>
            <code>{visibleText(name)}</code> {textOf(what)}
          </li>
        ))}
      </ul>
      <Checkbox
        id={id}
        label={_('Use these parameters')}
        description={_('Nothing is sent to the destination until you confirm this.')}
        isChecked={names.every((name) => confirmed.has(name))}
        onChange={(_event, checked) => {
          dispatch({ type: 'confirm', names, confirmed: checked });
        }}
      />
    </Notice>
  );
}
