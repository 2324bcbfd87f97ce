// SPDX-License-Identifier: LGPL-2.1-or-later
import { Alert, AlertActionCloseButton, AlertActionLink, AlertGroup } from '@patternfly/react-core';
import type { ReactNode } from 'react';
import type { Migration } from '../../engine/migration/index.ts';
import { _, format, hostOf, variantLabel } from '../common/index.ts';
import { endedVariant, nameOf } from './news-text.ts';

/** The result of a migration, in a few words. */
function toastText(migration: Migration): string {
  const { state, destination } = migration;
  const name = nameOf(migration);
  if (state.phase === 'cancelled') return format(_('Migration of $0 cancelled'), name);
  if (state.phase !== 'done') return format(_('Migration of $0 failed'), name);
  const host = destination === undefined ? _('the destination') : hostOf(destination);
  switch (state.verification) {
    case 'confirmed':
      return format(_('$0 migrated to $1'), name, host);
    case 'contradicted':
      return format(_('$0 migrated to $1, not as expected'), name, host);
    case 'incomplete':
      return format(_('$0 migrated to $1, not verified'), name, host);
  }
}

function Toast({
  migration,
  onShow,
  onClose,
}: {
  readonly migration: Migration;
  readonly onShow: () => void;
  readonly onClose: () => void;
}): ReactNode {
  const variant = endedVariant(migration) ?? 'info';
  return (
    <Alert
      variant={variant}
      title={toastText(migration)}
      variantLabel={variantLabel(variant)}
      component="p"
      // A toast that needs an action stays until the admin closes it.
      timeout={variant === 'success' || variant === 'info'}
      onTimeout={onClose}
      actionClose={
        <AlertActionCloseButton
          aria-label={format(_('Close the notification about $0'), migration.vm.name)}
          onClose={onClose}
        />
      }
      actionLinks={<AlertActionLink onClick={onShow}>{_('Show the migration')}</AlertActionLink>}
    />
  );
}

/** The toasts about ended migrations. */
export function Toasts({
  ended,
  onShow,
  onClose,
}: {
  readonly ended: readonly Migration[];
  readonly onShow: (migration: Migration) => void;
  readonly onClose: (migration: Migration) => void;
}): ReactNode {
  return (
    <AlertGroup isToast isLiveRegion aria-label={_('Notifications')}>
      {ended.map((migration) => (
        <Toast
          key={`${migration.vm.connection}:${migration.vm.uuid}`}
          migration={migration}
          onShow={() => {
            onShow(migration);
          }}
          onClose={() => {
            onClose(migration);
          }}
        />
      ))}
    </AlertGroup>
  );
}
