// SPDX-License-Identifier: LGPL-2.1-or-later
import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import EllipsisVIcon from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { operationsFor, type Vm, type VmOperation } from '../../engine/inventory/index.ts';
import { _, format, textOf } from '../common/index.ts';

/** What can be picked from a VM's menu, and from its row: to watch its migration. */
export type VmAction = VmOperation | 'migrate' | 'watch';

export interface VmActionsProps {
  readonly vm: Vm;
  /** Why Migrate is disabled. */
  readonly whyNotMigrate: string | undefined;
  /** Why all items are disabled. */
  readonly whyNothing: string | undefined;
  readonly onAction: (vm: Vm, action: VmAction) => void;
}

/**
 * Why an item is disabled. PatternFly would add the text to the item's accessible name, but it has to be the description, for which
 * PatternFly has no property.
 */
function reasonOf(
  id: string,
  reason: string,
): { readonly description: ReactNode; readonly ref: (item: HTMLElement | null) => void } {
  return {
    description: (
      <span id={id} aria-hidden="true">
        {reason}
      </span>
    ),
    ref: (item) => {
      item?.setAttribute('aria-describedby', id);
    },
  };
}

/** When an opened menu has been positioned. */
const placedMilliseconds = 50;

/**
 * Scrolls an open menu into view. Popper positions it first. If there is not enough space above or below, the page has to scroll.
 */
function useMenuInView(open: boolean): RefObject<HTMLDivElement | null> {
  const menuRef = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!open) return undefined;
    const timer = setTimeout(() => {
      menuRef.current?.scrollIntoView({ block: 'nearest' });
    }, placedMilliseconds);
    return () => {
      clearTimeout(timer);
    };
  }, [open]);
  return menuRef;
}

/** The items, Migrate first: it is the purpose of the page. */
function MenuItems({
  vm,
  whyNotMigrate,
  whyNothing,
  onPick,
}: Omit<VmActionsProps, 'onAction'> & { readonly onPick: (action: VmAction) => void }): ReactNode {
  const menuId = useId();
  const item = (action: VmAction, label: string, whyNot: string | undefined): ReactNode => (
    <DropdownItem
      key={action}
      value={action}
      isAriaDisabled={whyNot !== undefined}
      {...(whyNot === undefined ? {} : reasonOf(`${menuId}-${action}`, whyNot))}
      isDanger={action === 'force-shut-down' || action === 'force-reboot'}
      onClick={() => {
        if (whyNot === undefined) onPick(action);
      }}
    >
      {label}
    </DropdownItem>
  );
  return (
    <DropdownList>
      {item('migrate', _('Migrate'), whyNothing ?? whyNotMigrate)}
      <Divider component="li" />
      {operationsFor(vm).map(({ operation, label, whyNot }) =>
        item(operation, textOf(label), whyNothing ?? (whyNot === undefined ? undefined : textOf(whyNot))),
      )}
    </DropdownList>
  );
}

/** The menu of a row. Items that are not possible now are disabled and say why. */
export function VmActions({ onAction, ...items }: VmActionsProps): ReactNode {
  const { vm } = items;
  const [open, setOpen] = useState(false);
  const menuRef = useMenuInView(open);
  return (
    <Dropdown
      ref={menuRef}
      className="migrate-menu"
      isOpen={open}
      onOpenChange={setOpen}
      shouldFocusFirstItemOnOpen
      popperProps={{ position: 'end', appendTo: 'inline', preventOverflow: true }}
      toggle={(toggleRef) => (
        <MenuToggle
          ref={toggleRef}
          variant="plain"
          aria-label={format(_('Actions for $0'), vm.name)}
          isExpanded={open}
          icon={<EllipsisVIcon />}
          onClick={() => {
            setOpen(!open);
          }}
        />
      )}
    >
      {open ? (
        <MenuItems
          {...items}
          onPick={(action) => {
            setOpen(false);
            onAction(vm, action);
          }}
        />
      ) : null}
    </Dropdown>
  );
}
