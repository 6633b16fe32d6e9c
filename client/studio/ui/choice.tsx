import { Field } from '@base-ui/react/field';
import { Fieldset } from '@base-ui/react/fieldset';
import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import type { ReactNode } from 'react';
import type { Option } from './select.tsx';
import { FieldError } from './text-field.tsx';

interface ChoiceProps<T> {
  readonly label: string;
  readonly options: readonly (Option<T> & { readonly picture?: ReactNode })[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  /** The key of its error in the `errors` of the form around it. */
  readonly name: string;
}

/** A few options side by side, one of which is chosen. Below them: why some are not available. */
export function Choice<T extends string | number>({ label, options, value, onChange, name }: ChoiceProps<T>) {
  const reasons = [...new Set(options.flatMap(({ reason }) => (reason ? [reason] : [])))];
  return (
    <Field.Root className="field" name={name}>
      <Fieldset.Root render={<RadioGroup className="field" value={value} onValueChange={onChange} />}>
        <Fieldset.Legend className="label">{label}</Fieldset.Legend>
        <div className="choice">
          {options.map((option) => (
            <Radio.Root
              key={option.value}
              value={option.value}
              disabled={option.reason !== undefined && option.reason !== null}
              className="choice-item"
              title={option.reason ?? undefined}
              aria-label={option.label}
              nativeButton
              render={<button type="button" />}
            >
              {option.picture}
              <span>{option.label}</span>
            </Radio.Root>
          ))}
        </div>
      </Fieldset.Root>
      <Field.Description className="note">{reasons.join(' ')}</Field.Description>
      <FieldError />
    </Field.Root>
  );
}
