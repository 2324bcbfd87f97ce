// SPDX-License-Identifier: LGPL-2.1-or-later
import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from '@patternfly/react-core';
import EllipsisVIcon from '@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon';
import { type ReactNode, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { operationsFor, type Vm, type VmOperation } from '../../engine/inventory/index.ts';
import { _, format, textOf } from '../common/index.ts';

/** What can be picked from a VM's menu. */
export type VmAction = VmOperation | 'migrate';

export interface VmActionsProps {
  readonly vm: Vm;
  /** Why Migrate cannot be picked. */
  readonly whyNotMigrate: string | undefined;
  /** Why nothing can be picked. */
  readonly whyNothing: string | undefined;
  readonly onAction: (vm: Vm, action: VmAction) => void;
}

/**
 * Why an item cannot be picked. PatternFly puts the text into the item's name; it is its description, so that the item
 * keeps its name, and PatternFly has no property for that.
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

/** When a menu that was opened has found its place. */
const placedMilliseconds = 50;

/** Keeps an open menu in view. Popper places it first. Where there is room neither above nor below, the page has to be scrolled. */
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

/** The items, Migrate first: the page exists for it. */
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

/** The menu of a row. What cannot be done now stays in it and says why. */
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
