// SPDX-License-Identifier: LGPL-2.1-or-later
import { FormGroup, FormHelperText, HelperText, HelperTextItem, TextInput } from '@patternfly/react-core';
import { type ReactNode, useId } from 'react';
import { _ } from './translate.ts';

/** What differs between two text fields. */
export interface FieldDescription {
  /** Tells it from the other fields of a list. */
  readonly name: string;
  readonly label: string;
  readonly help: string;
  /** Shown instead of the help while the text is not understood; undefined otherwise. */
  readonly error: string | undefined;
  readonly value: string;
  readonly input: {
    readonly className?: string;
    readonly type?: 'text' | 'number';
    readonly inputMode?: 'decimal';
    readonly placeholder?: string;
    readonly min?: number;
    readonly max?: number;
  };
  readonly onChange: (text: string) => void;
}

/** A text field, with a sentence that helps or says what is wrong. */
export function Field({ label, help, error, value, input, onChange }: FieldDescription): ReactNode {
  const id = useId();
  const helpId = useId();
  const variant = error === undefined ? 'default' : 'error';
  return (
    <FormGroup label={label} fieldId={id}>
      <TextInput
        id={id}
        value={value}
        validated={variant}
        aria-describedby={helpId}
        autoComplete="off"
        spellCheck={false}
        onChange={(_event, text) => {
          onChange(text);
        }}
        {...input}
      />
      <FormHelperText>
        <HelperText>
          <HelperTextItem id={helpId} variant={variant} screenReaderText={_('error')}>
            {error ?? help}
          </HelperTextItem>
        </HelperText>
      </FormHelperText>
    </FormGroup>
  );
}
