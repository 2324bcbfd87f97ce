// SPDX-License-Identifier: LGPL-2.1-or-later
import type { ReactNode } from 'react';
import {
  isAskedAgain,
  type Migration,
  runsOn,
  whereaboutsRemedies,
  whereaboutsText,
} from '../../engine/migration/index.ts';
import { _, hostOf, textOf } from '../common/index.ts';
import { RemedyList } from '../findings/index.ts';

/** Where the VM is after the end, as both hosts answered, and what to do if it does not run on exactly one host. */
export function Whereabouts({
  migration,
  onResume,
}: {
  readonly migration: Migration;
  readonly onResume: () => void;
}): ReactNode {
  const { state, destination } = migration;
  if (!('where' in state)) return null;
  const { where } = state;
  const [first, ...others] = whereaboutsText(where, migration).map(textOf);
  return (
    <div className="migrate-where" data-vm-runs-on={runsOn(where)} data-vm-state={where.kind}>
      <p>
        <strong>{first}</strong>
      </p>
      {others.map((text) => (
        <p key={text}>{text}</p>
      ))}
      {isAskedAgain(where) ? <p>{_('This page asks again until there is an answer.')}</p> : null}
      <RemedyList
        label={_('What to do about the VM')}
        remedies={whereaboutsRemedies(where, migration)}
        destinationHost={destination === undefined ? '' : hostOf(destination)}
        onAction={onResume}
      />
    </div>
  );
}
