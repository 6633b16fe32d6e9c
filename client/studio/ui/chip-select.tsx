import { Field } from '@base-ui/react/field';
import { Select as Base } from '@base-ui/react/select';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';
import { SelectList, type Option } from './select.tsx';

interface ChipSelectProps<T> {
  readonly label: string;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  /** The key of its error in the `errors` of the form around it, which shows the error itself. */
  readonly name: string;
  /** The chosen option as the chip shows it; its label by default. */
  readonly children?: ReactNode;
  /** True for the chip that takes the rest of the row. */
  readonly isWide?: boolean;
}

/** A list of options, one of which is chosen and shown as a small chip. */
export function ChipSelect<T extends string | null>(props: ChipSelectProps<T>) {
  const { label, options, value, onChange, name, children, isWide = false } = props;
  // Its text may be cut off.
  const chosen = isWide ? options.find((option) => option.value === value)?.label : undefined;
  return (
    <Field.Root className="chip-box" name={name} data-wide={isWide || undefined}>
      <Base.Root
        items={options.map((option) => ({ value: option.value, label: option.label }))}
        value={value}
        onValueChange={(next) => onChange(next as T)}
      >
        <Base.Label className="visually-hidden">{label}</Base.Label>
        <Base.Trigger className="chip" title={chosen === undefined ? label : `${label}: ${chosen}`}>
          {children ?? <Base.Value />}
          {isWide && (
            <Base.Icon className="select-icon">
              <Icon name="chevron" />
            </Base.Icon>
          )}
        </Base.Trigger>
        <SelectList label={label} options={options} />
      </Base.Root>
    </Field.Root>
  );
}
