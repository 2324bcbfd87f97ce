// SPDX-License-Identifier: LGPL-2.1-or-later
import {
  Button,
  FormGroup,
  FormHelperText,
  HelperText,
  HelperTextItem,
  TextInput,
} from '@patternfly/react-core';
import { type ReactNode, type RefObject, useId } from 'react';
import type { DestinationInput } from '../../engine/destination/index.ts';
import { _, format, textOf } from '../common/index.ts';
import { DangerousParameters } from './dangerous-parameters.tsx';
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
        text: _('The other host: its name, or a libvirt URI such as qemu+ssh://beta/system.'),
        variant: 'default',
      };
    case 'incomplete':
      return { text: textOf(input.hint), variant: 'default' };
    case 'suggestion':
      return { text: textOf(input.message), variant: 'warning' };
    case 'invalid':
      return { text: textOf(input.problem), variant: 'error' };
    case 'valid':
      return {
        text: _('The connection is made by root of this host, with root’s keys.'),
        variant: 'default',
      };
  }
}

function suggestionOf(input: DestinationInput): string | undefined {
  return input.kind === 'suggestion' ? input.uri : input.kind === 'invalid' ? input.suggestion : undefined;
}

/** Suggestions that can be chosen with one click: the probable URI, else recent destinations. */
function Offers({
  suggestion,
  recent,
  onUse,
}: {
  readonly suggestion: string | undefined;
  readonly recent: readonly string[];
  readonly onUse: (uri: string, typed: boolean) => void;
}): ReactNode {
  if (suggestion !== undefined)
    return (
      <Button
        variant="secondary"
        size="sm"
        onClick={() => {
          // A corrected destination of a link still counts as the link's.
          onUse(suggestion, false);
        }}
      >
        {format(_('Use $0'), suggestion)}
      </Button>
    );
  if (recent.length === 0) return null;
  return (
    <div className="migrate-recent">
      <span>{_('Used before:')}</span>
      {recent.map((uri) => (
        <Button
          key={uri}
          variant="link"
          isInline
          onClick={() => {
            onUse(uri, true);
          }}
        >
          {uri}
        </Button>
      ))}
    </div>
  );
}

/** The destination: a text field that says during typing what is missing, and suggests the probable URI. */
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
        <Offers suggestion={suggestion} recent={text.trim() === '' ? recent : []} onUse={use} />
      </FormHelperText>
      {input.kind === 'valid' && input.dangerous.length > 0 ? (
        <div ref={confirmRef}>
          <DangerousParameters input={input} confirmed={confirmed} dispatch={dispatch} />
        </div>
      ) : null}
    </FormGroup>
  );
}
