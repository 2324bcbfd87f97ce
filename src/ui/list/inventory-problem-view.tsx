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
  /** To be run by hand; shown as one or more commands. */
  readonly commands: readonly { readonly where: string; readonly command: string }[];
}

function wordsFor(problem: InventoryProblem): ProblemWords {
  switch (problem.kind) {
    case 'libvirt-dbus-missing':
      return {
        title: _('libvirt-dbus is not installed'),
        text: _(
          'This page speaks to libvirt through the package libvirt-dbus, which this host does not have. Install it, then try again.',
        ),
        commands: [
          { where: _('On Debian and Ubuntu:'), command: 'apt install libvirt-dbus' },
          { where: _('On Fedora, RHEL and their kin:'), command: 'dnf install libvirt-dbus' },
        ],
      };
    case 'libvirt-dbus-stopped':
      return {
        title: _('libvirt-dbus does not run'),
        text: format(
          _('The service $0, through which this page speaks to libvirt, is installed but does not answer.'),
          problem.unit,
        ),
        commands: [{ where: _('By hand:'), command: `systemctl start ${problem.unit}` }],
      };
    case 'libvirtd-stopped':
      return {
        title: _('libvirt does not run'),
        text: format(
          _(
            'The libvirt daemon of this host does not answer, so nothing is known about its VMs. Its unit is $0.',
          ),
          problem.unit,
        ),
        commands: [{ where: _('By hand:'), command: `systemctl start ${problem.unit}` }],
      };
    case 'access-denied':
      return {
        title: _('You may not see the VMs of this host'),
        text: _(
          'Only root and members of the group libvirt may speak to libvirt. Click “Limited access” at the top of the console and turn on administrative access. Or ask an administrator to put you into the group libvirt.',
        ),
        commands: [],
      };
    case 'other':
      return {
        title: _('The VMs cannot be read'),
        text: _('libvirt gave an answer that this page does not expect.'),
        commands: [],
      };
  }
}

/** Why there is no list, what is missing, and how to get it. */
export function InventoryProblemView({
  problem,
  inventory,
}: {
  readonly problem: InventoryProblem;
  readonly inventory: InventoryModel;
}): ReactNode {
  const [starting, setStarting] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const words = wordsFor(problem);
  const unit = 'unit' in problem ? problem.unit : undefined;
  const start = (name: string): void => {
    setStarting(true);
    setRefusal(undefined);
    // Always settles with a value: the inventory turns every failure into a refusal.
    void inventory.startUnit(name).then((answer) => {
      setStarting(false);
      setRefusal(answer);
    });
  };
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
        <EmptyStateActions>
          {unit === undefined ? null : (
            <Button
              isLoading={starting}
              isDisabled={starting}
              spinnerAriaLabel={_('Starting')}
              onClick={() => {
                start(unit);
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
      </EmptyStateFooter>
    </EmptyState>
  );
}
