import { Radio } from '@base-ui/react/radio';
import { RadioGroup } from '@base-ui/react/radio-group';
import { useId, type ReactNode } from 'react';
import type { Option } from './select.tsx';

interface ChoiceProps<T> {
  readonly label: string;
  readonly options: readonly (Option<T> & { readonly picture?: ReactNode })[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly name: string;
  readonly error?: string | undefined;
}

/** A few things side by side, of which one is chosen. Below them: why some cannot be. */
export function Choice<T extends string | number>(props: ChoiceProps<T>) {
  const { label, options, value, onChange, name, error } = props;
  const id = useId();
  const reasons = [...new Set(options.flatMap(({ reason }) => (reason ? [reason] : [])))];
  return (
    <div className="field" data-field={name}>
      <span id={id} className="label">
        {label}
      </span>
      <RadioGroup
        className="choice"
        aria-labelledby={id}
        aria-describedby={`${id}-why`}
        value={value}
        onValueChange={onChange}
      >
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
      </RadioGroup>
      <div id={`${id}-why`} className="note">
        {reasons.join(' ')}
      </div>
      {error !== undefined && <p className="error">{error}</p>}
    </div>
  );
}
