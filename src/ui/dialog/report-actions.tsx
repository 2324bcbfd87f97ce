// SPDX-License-Identifier: LGPL-2.1-or-later
import { Button, ExpandableSection } from '@patternfly/react-core';
import CopyIcon from '@patternfly/react-icons/dist/esm/icons/copy-icon';
import DownloadIcon from '@patternfly/react-icons/dist/esm/icons/download-icon';
import { type ReactNode, useState } from 'react';
import { shellCommand } from '../../engine/base/index.ts';
import type { MigrationChoices, Plan } from '../../engine/plan/index.ts';
import { markdownOf, type PreflightState, reportOf } from '../../engine/preflight/index.ts';
import { _, CommandLine, copyText, downloadText, fileName, translator } from '../common/index.ts';

export interface ReportActionsProps {
  readonly choices: MigrationChoices;
  readonly plan: Plan;
  /** Undefined while the checks have not begun. */
  readonly preflight: PreflightState | undefined;
  readonly overrides: ReadonlySet<string>;
}

/** The command for the same migration, collapsed. */
function ShownCommand({ plan }: Pick<ReportActionsProps, 'plan'>): ReactNode {
  const [shown, setShown] = useState(false);
  return (
    <ExpandableSection
      toggleText={shown ? _('Hide command') : _('Show command')}
      isExpanded={shown}
      onToggle={(_event, expanded) => {
        setShown(expanded);
      }}
    >
      {shown ? (
        <>
          <p className="migrate-finding-why">
            {_('This command starts the same migration by hand, without any check.')}
          </p>
          <CommandLine command={shellCommand(...plan.virsh)} host={_('this host')} />
        </>
      ) : null}
    </ExpandableSection>
  );
}

/** Downloads: the findings as Markdown and as JSON, and the command for the same migration. */
export function ReportActions({ choices, plan, preflight, overrides }: ReportActionsProps): ReactNode {
  const [copied, setCopied] = useState<{ readonly of: PreflightState; readonly ok: boolean }>();
  const done = preflight?.running === false ? preflight : undefined;
  const copy = (state: PreflightState): void => {
    void copyText(markdownOf(choices, plan, state, overrides, translator)).then((ok) => {
      setCopied({ of: state, ok });
    });
  };
  const downloadMarkdown = (state: PreflightState): void => {
    const text = markdownOf(choices, plan, state, overrides, translator);
    downloadText(fileName(choices.vm.name, 'migration.md'), 'text/markdown', text);
  };
  const downloadJson = (state: PreflightState): void => {
    const text = JSON.stringify(reportOf(choices, plan, state, overrides, translator), undefined, 2);
    downloadText(fileName(choices.vm.name, 'migration.json'), 'application/json', `${text}\n`);
  };
  const outcome = copied !== undefined && copied.of === done ? copied.ok : undefined;
  const button = (label: string, icon: ReactNode, take: (state: PreflightState) => void): ReactNode => (
    <Button
      variant="link"
      icon={icon}
      isDisabled={done === undefined}
      onClick={() => {
        if (done !== undefined) take(done);
      }}
    >
      {label}
    </Button>
  );
  return (
    <div className="migrate-report">
      {preflight === undefined ? null : (
        <div className="migrate-report-buttons">
          {button(_('Copy findings'), <CopyIcon />, copy)}
          {button(_('Download as Markdown'), <DownloadIcon />, downloadMarkdown)}
          {button(_('Download as JSON'), <DownloadIcon />, downloadJson)}
        </div>
      )}
      <div role="status" className="migrate-command-outcome">
        {outcome === true ? _('Copied.') : null}
        {outcome === false
          ? _('The browser did not let the page copy. Download the findings instead.')
          : null}
      </div>
      <ShownCommand plan={plan} />
    </div>
  );
}
