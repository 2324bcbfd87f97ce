// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  ExpandableSection,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
} from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import type { CopyableDisk } from '../../engine/preflight/index.ts';
import { _ } from '../common/index.ts';
import { CopyDisks } from './copy-disks.tsx';
import {
  type DialogAction,
  type DialogState,
  givenBandwidth,
  measuringPeriod,
  migrationAddress,
} from './dialog-state.ts';

/** What is seldom needed, folded away. */
export function MoreOptions({
  state,
  dispatch,
  copyable,
}: {
  readonly state: DialogState;
  readonly dispatch: (action: DialogAction) => void;
  /** Disks that could be copied; undefined while that is not known. */
  readonly copyable: readonly CopyableDisk[] | undefined;
}): ReactNode {
  const addressId = useId();
  const addressHelp = useId();
  const secondsId = useId();
  const secondsHelp = useId();
  const badAddress = migrationAddress(state).kind === 'invalid';
  const bandwidthId = useId();
  const bandwidthHelp = useId();
  const badSeconds = measuringPeriod(state).kind === 'invalid';
  const badBandwidth = givenBandwidth(state).kind === 'invalid';
  return (
    <ExpandableSection
      toggleText={_('More options')}
      isExpanded={state.optionsOpen || badAddress || badSeconds || badBandwidth}
      onToggle={(_event, open) => {
        dispatch({ type: 'options', open });
      }}
      isIndented
    >
      <div className="migrate-options">
        <CopyDisks state={state} dispatch={dispatch} copyable={copyable} />
        <FormGroup label={_('Migration address')} fieldId={addressId}>
          <TextInput
            id={addressId}
            value={state.migrationAddress}
            validated={badAddress ? 'error' : 'default'}
            aria-describedby={addressHelp}
            placeholder="tcp://10.0.0.2"
            autoComplete="off"
            spellCheck={false}
            onChange={(_event, text) => {
              dispatch({ type: 'migration-address', text });
            }}
          />
          <FormHelperText>
            <HelperText>
              <HelperTextItem
                id={addressHelp}
                variant={badAddress ? 'error' : 'default'}
                screenReaderText={_('error')}
              >
                {badAddress
                  ? _('This is not an address like tcp://10.0.0.2 or tcp://[2001:db8::2]:49200.')
                  : _(
                      'Where the memory is sent, if not to the host name that the destination gives for itself: for example its address in a faster network.',
                    )}
              </HelperTextItem>
            </HelperText>
          </FormHelperText>
        </FormGroup>
        <FormGroup label={_('Measuring period of the dirty rate, in seconds')} fieldId={secondsId}>
          <TextInput
            id={secondsId}
            className="migrate-seconds"
            type="number"
            min={1}
            max={60}
            value={state.dirtyRateSeconds}
            validated={badSeconds ? 'error' : 'default'}
            aria-describedby={secondsHelp}
            onChange={(_event, text) => {
              dispatch({ type: 'dirty-rate-seconds', text });
            }}
          />
          <FormHelperText>
            <HelperText>
              <HelperTextItem
                id={secondsHelp}
                variant={badSeconds ? 'error' : 'default'}
                screenReaderText={_('error')}
              >
                {badSeconds
                  ? _('Enter a whole number from 1 to 60.')
                  : _(
                      'How long to watch how fast the VM changes its memory. If left empty, it is watched for 1, 2, 4 and 8 seconds, which shows whether it writes to the same memory again and again.',
                    )}
              </HelperTextItem>
            </HelperText>
          </FormHelperText>
        </FormGroup>
        <FormGroup label={_('Bandwidth to the destination, in MiB/s')} fieldId={bandwidthId}>
          <TextInput
            id={bandwidthId}
            className="migrate-seconds"
            inputMode="decimal"
            value={state.bandwidth}
            validated={badBandwidth ? 'error' : 'default'}
            aria-describedby={bandwidthHelp}
            autoComplete="off"
            onChange={(_event, text) => {
              dispatch({ type: 'bandwidth', text });
            }}
          />
          <FormHelperText>
            <HelperText>
              <HelperTextItem
                id={bandwidthHelp}
                variant={badBandwidth ? 'error' : 'default'}
                screenReaderText={_('error')}
              >
                {badBandwidth
                  ? _('Enter a number above 0.')
                  : _('What the forecast reckons with. If left empty, it is measured.')}
              </HelperTextItem>
            </HelperText>
          </FormHelperText>
        </FormGroup>
      </div>
    </ExpandableSection>
  );
}
