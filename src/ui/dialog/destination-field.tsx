// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  Button,
  Checkbox,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
} from '@patternfly/react-core';
import { type ReactNode, type RefObject, useId } from 'react';
import { visibleText } from '../../engine/base/index.ts';
import type { DestinationInput } from '../../engine/destination/index.ts';
import { _, format, Notice, textOf } from '../common/index.ts';
import type { DialogAction } from './dialog-state.ts';

export interface DestinationFieldProps {
  readonly text: string;
  readonly input: DestinationInput;
  readonly recent: readonly string[];
  readonly confirmed: ReadonlySet<string>;
  readonly confirmRef: RefObject<HTMLDivElement | null>;
  readonly dispatch: (action: DialogAction) => void;
}

function helperOf(input: DestinationInput): {
  readonly text: string;
  readonly variant: 'default' | 'error' | 'warning';
} {
  switch (input.kind) {
    case 'empty':
      return {
        text: _('libvirt on the other host, for example qemu+ssh://beta/system. A host name will do.'),
        variant: 'default',
      };
    case 'incomplete':
      return { text: textOf(input.hint), variant: 'default' };
    case 'suggestion':
      return { text: textOf(input.message), variant: 'warning' };
    case 'invalid':
      return { text: textOf(input.problem), variant: 'error' };
    case 'valid':
      return { text: _('root of this host connects to it, with root’s keys.'), variant: 'default' };
  }
}

function suggestionOf(input: DestinationInput): string | undefined {
  return input.kind === 'suggestion' ? input.uri : input.kind === 'invalid' ? input.suggestion : undefined;
}

/** The destination: a text box that says while typing what is missing, and offers what is probably meant. */
export function DestinationField(props: DestinationFieldProps): ReactNode {
  const { text, input, recent, confirmed, confirmRef, dispatch } = props;
  const fieldId = useId();
  const helperId = useId();
  const helper = helperOf(input);
  const suggestion = suggestionOf(input);
  const use = (uri: string, typed: boolean): void => {
    dispatch({ type: 'destination', text: uri, typed });
    document.getElementById(fieldId)?.focus();
  };
  const offered = suggestion === undefined && text.trim() === '' ? recent : [];
  return (
    <FormGroup label={_('Destination URI')} fieldId={fieldId}>
      <TextInput
        id={fieldId}
        value={text}
        aria-describedby={helperId}
        aria-invalid={input.kind === 'invalid'}
        validated={input.kind === 'invalid' ? 'error' : 'default'}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        placeholder="qemu+ssh://beta/system"
        onChange={(_event, value) => {
          dispatch({ type: 'destination', text: value, typed: true });
        }}
      />
      <FormHelperText>
        <HelperText>
          <HelperTextItem
            id={helperId}
            variant={helper.variant}
            screenReaderText={helper.variant === 'error' ? _('error') : _('hint')}
            aria-live="polite"
          >
            {helper.text}
          </HelperTextItem>
        </HelperText>
        {suggestion === undefined ? null : (
          <Button
            variant="secondary"
            size="sm"
            onClick={() => {
              // A correction of what a link filled in is still the link's destination.
              use(suggestion, false);
            }}
          >
            {format(_('Use $0'), suggestion)}
          </Button>
        )}
        {offered.length === 0 ? null : (
          <div className="migrate-recent">
            <span>{_('Used before:')}</span>
            {offered.map((uri) => (
              <Button
                key={uri}
                variant="link"
                isInline
                onClick={() => {
                  use(uri, true);
                }}
              >
                {uri}
              </Button>
            ))}
          </div>
        )}
      </FormHelperText>
      {input.kind === 'valid' && input.dangerous.length > 0 ? (
        <div ref={confirmRef}>
          <DangerousParameters input={input} confirmed={confirmed} dispatch={dispatch} />
        </div>
      ) : null}
    </FormGroup>
  );
}

function DangerousParameters({
  input,
  confirmed,
  dispatch,
}: {
  readonly input: Extract<DestinationInput, { kind: 'valid' }>;
  readonly confirmed: ReadonlySet<string>;
  readonly dispatch: (action: DialogAction) => void;
}): ReactNode {
  const id = useId();
  const names = input.dangerous.map(({ name }) => name);
  return (
    <Notice variant="warning" title={_('This URI does more than name a host')}>
      <ul className="migrate-finding-details">
        {input.dangerous.map(({ name, value, what }) => (
          <li key={`${name}=${value}`}>
            <code>{visibleText(name)}</code> {textOf(what)}
          </li>
        ))}
      </ul>
      <Checkbox
        id={id}
        label={_('I want just that')}
        description={_('Nothing is sent to the destination before this is ticked.')}
        isChecked={names.every((name) => confirmed.has(name))}
        onChange={(_event, checked) => {
          dispatch({ type: 'confirm', names, confirmed: checked });
        }}
      />
    </Notice>
  );
}
