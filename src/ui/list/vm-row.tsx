// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, Label, Spinner } from '@patternfly/react-core';
import { Td, Tr } from '@patternfly/react-table';
import { memo, type ReactNode } from 'react';
import { visibleText } from '../../engine/base/index.ts';
import type { Refusal } from '../../engine/failure/index.ts';
import type { Vm } from '../../engine/inventory/index.ts';
import type { Migration } from '../../engine/migration/index.ts';
import {
  _,
  format,
  formatBytes,
  formatCount,
  formatTime,
  hostOf,
  isUnderWay,
  migrateDisabledReason,
  Notice,
  OriginalText,
  stateText,
  textOf,
} from '../common/index.ts';
import { hasMachinesPage, openMachinesPage } from './machines-page.ts';
import { type VmAction, VmActions } from './vm-actions.tsx';

export interface VmRowProps {
  readonly vm: Vm;
  readonly migration: Migration | undefined;
  readonly refusal: Refusal | undefined;
  /** An operation waits for libvirt's answer. */
  readonly busy: boolean;
  /** Why no operation is possible on any VM now. */
  readonly whyNothing: string | undefined;
  readonly withConnection: boolean;
  readonly onAction: (vm: Vm, action: VmAction) => void;
  readonly onDismiss: (vm: Vm) => void;
}

function Properties({ vm }: { readonly vm: Vm }): ReactNode {
  return (
    <span className="migrate-properties">
      <Label isCompact variant="outline">
        {vm.persistent ? _('Persistent') : _('Transient')}
      </Label>
      {vm.autostart === true ? (
        <Label isCompact variant="outline">
          {_('Autostart')}
        </Label>
      ) : null}
    </span>
  );
}

/** The name; a link to cockpit-machines if the host has it. */
function VmName({ vm }: { readonly vm: Vm }): ReactNode {
  if (!hasMachinesPage()) return visibleText(vm.name);
  return (
    <Button
      variant="link"
      isInline
      onClick={() => {
        openMachinesPage(vm);
      }}
    >
      {visibleText(vm.name)}
    </Button>
  );
}

/** How far its migration is leads to the page of that migration. */
function State({
  vm,
  migration,
  busy,
  onAction,
}: Pick<VmRowProps, 'vm' | 'migration' | 'busy' | 'onAction'>): ReactNode {
  const state = stateText(vm, migration);
  const { temporaryCopy } = vm;
  return (
    <>
      <span className={`migrate-state migrate-state-${state.tone}`}>
        {isUnderWay(migration) ? (
          <Button
            variant="link"
            isInline
            onClick={() => {
              onAction(vm, 'watch');
            }}
          >
            {state.text}
          </Button>
        ) : (
          state.text
        )}
      </span>
      {busy ? <Spinner size="sm" aria-label={format(_('Waiting for libvirt: $0'), vm.name)} /> : null}
      {temporaryCopy === undefined ? null : (
        <div className="migrate-copy">
          {format(
            _('Runs temporarily on $0 since $1'),
            hostOf(temporaryCopy.destination),
            formatTime(temporaryCopy.since),
          )}
        </div>
      )}
    </>
  );
}

function RefusalRow({
  vm,
  refusal,
  withConnection,
  onDismiss,
}: Pick<VmRowProps, 'vm' | 'withConnection' | 'onDismiss'> & { readonly refusal: Refusal }): ReactNode {
  return (
    <Tr data-refusal={vm.name}>
      <Td colSpan={withConnection ? 7 : 6}>
        <Notice
          live
          variant="danger"
          title={textOf(refusal.summary)}
          dismissLabel={format(_('Dismiss the message about $0'), vm.name)}
          onDismiss={() => {
            onDismiss(vm);
          }}
        >
          <OriginalText>{refusal.original}</OriginalText>
        </Notice>
      </Td>
    </Tr>
  );
}

/** One VM. There are many rows, which change one by one, so a row renders only when its own data changes. */
export const VmRow = memo(function VmRow(props: VmRowProps): ReactNode {
  const { vm, migration, refusal, whyNothing, withConnection, onAction } = props;
  return (
    <>
      <Tr data-vm={vm.name} data-connection={vm.connection}>
        <Td dataLabel={_('Name')} modifier="breakWord" className="migrate-name">
          <VmName vm={vm} />
        </Td>
        <Td dataLabel={_('State')}>
          <State {...props} />
        </Td>
        {withConnection ? (
          <Td dataLabel={_('Connection')}>{vm.connection === 'system' ? _('System') : _('User session')}</Td>
        ) : null}
        <Td dataLabel={_('vCPUs')} className="migrate-number">
          {vm.vcpus === undefined ? _('unknown') : formatCount(vm.vcpus)}
        </Td>
        <Td dataLabel={_('Memory')} modifier="nowrap" className="migrate-number">
          {vm.memoryBytes === undefined ? _('unknown') : formatBytes(vm.memoryBytes)}
        </Td>
        <Td dataLabel={_('Properties')}>
          <Properties vm={vm} />
        </Td>
        <Td isActionCell>
          <VmActions
            vm={vm}
            whyNotMigrate={migrateDisabledReason(vm, migration)}
            whyNothing={whyNothing}
            onAction={onAction}
          />
        </Td>
      </Tr>
      {refusal === undefined ? null : <RefusalRow {...props} refusal={refusal} />}
    </>
  );
});
