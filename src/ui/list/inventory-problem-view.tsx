// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  Button,
  EmptyState,
  EmptyStateActions,
  EmptyStateBody,
  EmptyStateFooter,
} from '@patternfly/react-core';
import { type ReactNode, useState } from 'react';
import type { Refusal } from '../../engine/failure/index.ts';
import type { InventoryProblem } from '../../engine/inventory/index.ts';
import { _, CommandLine, format, Notice, OriginalText, textOf } from '../common/index.ts';
import type { InventoryModel } from '../model/index.ts';

interface ProblemWords {
  readonly title: string;
  readonly text: string;
  /** One or more commands to run by hand. */
  readonly commands: readonly { readonly where: string; readonly command: string }[];
}

function wordsFor(problem: InventoryProblem): ProblemWords {
  switch (problem.kind) {
    case 'libvirt-dbus-missing':
      return {
        title: _('libvirt-dbus is not installed'),
        text: _('This page needs libvirt-dbus to reach libvirt. Install it on this host, then try again.'),
        commands: [
          { where: _('On Debian and Ubuntu:'), command: 'apt install libvirt-dbus' },
          { where: _('On Fedora and RHEL:'), command: 'dnf install libvirt-dbus' },
        ],
      };
    case 'libvirt-dbus-stopped':
      return {
        title: _('libvirt-dbus is not running'),
        text: format(
          _('The service $0 is installed but does not answer. This page needs it to reach libvirt.'),
          problem.unit,
        ),
        commands: [{ where: _('In a terminal:'), command: `systemctl start ${problem.unit}` }],
      };
    case 'libvirtd-stopped':
      return {
        title: _('libvirt is not running'),
        text: format(_('The libvirt daemon of this host does not answer. Its unit is $0.'), problem.unit),
        commands: [{ where: _('In a terminal:'), command: `systemctl start ${problem.unit}` }],
      };
    case 'access-denied':
      return {
        title: _('Administrative access required'),
        text: _(
          'Only root and members of the group libvirt can see the VMs. Click “Limited access” at the top of the console, then turn on administrative access. Or ask an administrator to add you to the group libvirt.',
        ),
        commands: [],
      };
    case 'other':
      return {
        title: _('Reading the VMs failed'),
        text: _('The answer from libvirt was not understood.'),
        commands: [],
      };
  }
}

interface ProblemProps {
  readonly problem: InventoryProblem;
  readonly inventory: InventoryModel;
}

/** A button that starts the missing unit, and its result. */
function useUnitStart(inventory: InventoryModel): {
  readonly starting: boolean;
  readonly refusal: Refusal | undefined;
  readonly start: (unit: string) => void;
} {
  const [starting, setStarting] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const start = (unit: string): void => {
    setStarting(true);
    setRefusal(undefined);
    // Always resolves: the inventory turns every failure into a refusal.
    void inventory.startUnit(unit).then((answer) => {
      setStarting(false);
      setRefusal(answer);
    });
  };
  return { starting, refusal, start };
}

function ProblemActions({
  problem,
  inventory,
  starting,
  onStart,
}: ProblemProps & { readonly starting: boolean; readonly onStart: (unit: string) => void }): ReactNode {
  const unit = 'unit' in problem ? problem.unit : undefined;
  return (
    <EmptyStateActions>
      {unit === undefined ? null : (
        <Button
          isLoading={starting}
          isDisabled={starting}
          spinnerAriaLabel={_('Starting')}
          onClick={() => {
            onStart(unit);
          }}
        >
          {format(_('Start $0'), unit)}
        </Button>
      )}
      <Button
        variant={unit === undefined ? 'primary' : 'secondary'}
        onClick={() => {
          inventory.retry();
        }}
      >
        {_('Try again')}
      </Button>
    </EmptyStateActions>
  );
}

/** Why there is no list, what is missing, and how to get it. */
export function InventoryProblemView({ problem, inventory }: ProblemProps): ReactNode {
  const { starting, refusal, start } = useUnitStart(inventory);
  const words = wordsFor(problem);
  return (
    <EmptyState
      status={problem.kind === 'access-denied' ? 'warning' : 'danger'}
      titleText={words.title}
      headingLevel="h2"
      data-problem={problem.kind}
    >
      <EmptyStateBody>
        <p>{words.text}</p>
        {words.commands.map(({ where, command }) => (
          <div key={command} className="migrate-empty-command">
            <div>{where}</div>
            <CommandLine command={command} />
          </div>
        ))}
        {'detail' in problem ? <OriginalText>{problem.detail}</OriginalText> : null}
        {refusal === undefined ? null : (
          <Notice live variant="danger" title={textOf(refusal.summary)}>
            <OriginalText>{refusal.original}</OriginalText>
          </Notice>
        )}
      </EmptyStateBody>
      <EmptyStateFooter>
        <ProblemActions problem={problem} inventory={inventory} starting={starting} onStart={start} />
      </EmptyStateFooter>
    </EmptyState>
  );
}
