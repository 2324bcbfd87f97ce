// SPDX-License-Identifier: LGPL-2.1-or-later
import { Bullseye, Spinner } from '@patternfly/react-core';
import { type ReactNode, useEffect } from 'react';
import { _, loadLaterTexts } from '../common/index.ts';
import { Later, useCell } from '../model/index.ts';
import type { VmPageProps } from '../vm/index.ts';
import { NotLoaded } from './not-loaded.tsx';

/** The page of a VM is a script of its own, with its texts: the list does without. */
const vmScript = new Later(async () => {
  const texts = loadLaterTexts();
  const { VmPage } = await import('../vm/index.ts');
  await texts;
  return { VmPage };
});

export interface VmPlaceProps extends VmPageProps {
  /** Whether it is known which VMs this host has. */
  readonly settled: boolean;
}

/** The migration of one VM, and what stands for it until it is loaded and the VMs are known. */
export function VmPlace({ settled, ...props }: VmPlaceProps): ReactNode {
  const script = useCell(vmScript.state);
  useEffect(() => {
    // Does not reject.
    void vmScript.load();
  }, []);
  if (script.kind === 'failed')
    return (
      <NotLoaded
        title={_('The migration view could not be loaded')}
        error={script.error}
        onDismiss={props.onBack}
      />
    );
  if (script.kind === 'waiting' || (!settled && props.found.length === 0))
    return (
      <Bullseye>
        <Spinner aria-label={_('Loading the migration view')} />
      </Bullseye>
    );
  const { VmPage } = script.value;
  return <VmPage {...props} />;
}
