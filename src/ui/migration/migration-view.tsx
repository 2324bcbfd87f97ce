// SPDX-License-Identifier: LGPL-2.1-or-later
import { Flex, FlexItem } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import type { Migration, SteerAction } from '../../engine/migration/index.ts';
import { _, format, Notice } from '../common/index.ts';
import { Ended } from './ended.tsx';
import { MigrationCourse } from './migration-course.tsx';
import { phaseText } from './migration-text.ts';
import { endedVariant } from './news-text.ts';
import { UnderWay } from './under-way.tsx';

export interface MigrationViewProps {
  readonly migration: Migration;
  /** The heading of the view. The dialog has its own heading. */
  readonly withName: boolean;
  /** Shows the charts. The list does not. */
  readonly withChart?: boolean;
  readonly onCancel: () => void;
  /** Asks libvirt to change how the migration runs. */
  readonly onSteer: (action: SteerAction) => void;
  /** Resumes a VM that the migration left paused on this host. */
  readonly onResume: () => void;
  /** Dismisses an ended migration. */
  readonly onDismiss: () => void;
}

/** One migration: its phase, libvirt's figures, and its result. */
export function MigrationView({
  migration,
  withName,
  withChart = false,
  onCancel,
  onSteer,
  onResume,
  onDismiss,
}: MigrationViewProps): ReactNode {
  const { vm, state, destination } = migration;
  const nameId = useId();
  const variant = endedVariant(migration);
  return (
    <section
      className="migrate-migration"
      data-migration={vm.name}
      data-phase={state.phase}
      {...(withName
        ? { 'aria-labelledby': nameId }
        : { 'aria-label': format(_('Migration of $0'), vm.name) })}
    >
      {withName ? (
        <h3 id={nameId} className="migrate-migration-name">
          {destination === undefined
            ? format(_('$0 to another host'), vm.name)
            : // TRANSLATORS: $0 is the name of a VM, $1 the URI of its destination.
              format(_('$0: migration to $1'), vm.name, destination)}
        </h3>
      ) : null}
      {variant === undefined ? (
        <UnderWay migration={migration} onCancel={onCancel} onSteer={onSteer} />
      ) : (
        <Notice
          live
          variant={variant}
          title={phaseText(migration)}
          dismissLabel={format(_('Dismiss the result for $0'), vm.name)}
          {...(withName ? { onDismiss } : {})}
        >
          <Ended migration={migration} onResume={onResume} />
        </Notice>
      )}
      {withChart ? <MigrationCourse migration={migration} /> : null}
    </section>
  );
}

/** All known migrations, above the list. */
export function MigrationsArea({
  migrations,
  onCancel,
  onSteer,
  onResume,
  onDismiss,
}: {
  readonly migrations: readonly Migration[];
  readonly onCancel: (migration: Migration) => void;
  readonly onSteer: (migration: Migration, action: SteerAction) => void;
  readonly onResume: (migration: Migration) => void;
  readonly onDismiss: (migration: Migration) => void;
}): ReactNode {
  const titleId = useId();
  if (migrations.length === 0) return null;
  return (
    <section aria-labelledby={titleId} className="migrate-area">
      <h2 id={titleId} className="migrate-area-title">
        {_('Migrations')}
      </h2>
      <Flex direction={{ default: 'column' }} rowGap={{ default: 'rowGapMd' }}>
        {migrations.map((migration) => (
          <FlexItem key={`${migration.vm.connection}:${migration.vm.uuid}`}>
            <MigrationView
              withName
              migration={migration}
              onCancel={() => {
                onCancel(migration);
              }}
              onSteer={(action) => {
                onSteer(migration, action);
              }}
              onResume={() => {
                onResume(migration);
              }}
              onDismiss={() => {
                onDismiss(migration);
              }}
            />
          </FlexItem>
        ))}
      </Flex>
    </section>
  );
}
