import { Field } from '@base-ui/react/field';
import { Select as Base } from '@base-ui/react/select';
import type { ReactNode } from 'react';
import { Icon } from './icon.tsx';
import { FieldError } from './text-field.tsx';

/** One option of a choice. */
export interface Option<T> {
  readonly value: T;
  readonly label: string;
  readonly picture?: ReactNode;
  /** A second, quieter line. */
  readonly detail?: string | undefined;
  /** The heading that it is listed under; options of a group are neighbours. */
  readonly group?: string;
  /** Why it is not available now; null or absent where it is. */
  readonly reason?: string | null;
}

interface SelectProps<T> {
  readonly label: string;
  /** True if the label is for screen readers alone. */
  readonly isLabelHidden?: boolean;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly icon?: ReactNode;
  /** The key of its error in the `errors` of the form around it. */
  readonly name?: string;
  /** Shows only the icon. */
  readonly isCompact?: boolean;
  /** Without a border until it is hovered. */
  readonly isQuiet?: boolean;
}

/** A list of options, one of which is chosen. An option that is not available says why. */
export function Select<T extends string | null>(props: SelectProps<T>) {
  const { label, isLabelHidden = false, options, value, onChange, icon, name } = props;
  const { isCompact = false, isQuiet = false } = props;
  // The box also holds the hidden input of the component, which would take a gap as a neighbour in a grid.
  return (
    <Field.Root
      className="select-box"
      data-compact={isCompact || undefined}
      data-quiet={isQuiet || undefined}
      {...(name && { name })}
    >
      <Base.Root
        items={options.map((option) => ({ value: option.value, label: option.label }))}
        value={value}
        onValueChange={(next) => onChange(next as T)}
      >
        <div className="field">
          <Base.Label className={isLabelHidden ? 'visually-hidden' : 'label'}>{label}</Base.Label>
          <Base.Trigger className="input select">
            {icon}
            <Base.Value className="select-value" />
            <Base.Icon className="select-icon">
              <Icon name="chevron" />
            </Base.Icon>
          </Base.Trigger>
          <FieldError />
        </div>
        <SelectList label={label} options={options} />
      </Base.Root>
    </Field.Root>
  );
}

/** The open list of a select, by groups. */
export function SelectList<T extends string | null>({
  label,
  options,
}: Pick<SelectProps<T>, 'label' | 'options'>) {
  return (
    <Base.Portal>
      <Base.Positioner className="layer" sideOffset={6} align="start" alignItemWithTrigger={false}>
        <Base.Popup className="popup">
          <Base.List aria-label={label}>
            {[...Map.groupBy(options, ({ group }) => group)].map(([group, members]) => (
              <Base.Group key={group ?? ''}>
                {group !== undefined && <Base.GroupLabel className="item-group">{group}</Base.GroupLabel>}
                {members.map((option) => (
                  <Item key={option.value ?? ''} option={option} />
                ))}
              </Base.Group>
            ))}
          </Base.List>
        </Base.Popup>
      </Base.Positioner>
    </Base.Portal>
  );
}

function Item<T extends string | null>({ option }: { readonly option: Option<T> }) {
  const isDisabled = option.reason !== undefined && option.reason !== null;
  return (
    <Base.Item className="item" value={option.value} disabled={isDisabled}>
      <Base.ItemIndicator className="item-mark">
        <Icon name="check" />
      </Base.ItemIndicator>
      {option.picture}
      <span className="item-text">
        <Base.ItemText>{option.label}</Base.ItemText>
        {(option.reason ?? option.detail) && (
          <span className="item-detail">{option.reason ?? option.detail}</span>
        )}
      </span>
    </Base.Item>
  );
}
