import { Select as Base } from '@base-ui/react/select';
import { useId, type ReactNode } from 'react';
import { Icon } from './icon.tsx';

/** One thing to choose. */
export interface Option<T> {
  readonly value: T;
  readonly label: string;
  /** A second, quieter line. */
  readonly detail?: string | undefined;
  /** Why it cannot be chosen now. */
  readonly reason?: string | null;
}

interface SelectProps<T> {
  readonly label: string;
  /** Whether the label is for screen readers alone. */
  readonly isLabelHidden?: boolean;
  readonly options: readonly Option<T>[];
  readonly value: T;
  readonly onChange: (value: T) => void;
  readonly icon?: ReactNode;
  readonly name?: string;
  /** Shows only the icon. */
  readonly isCompact?: boolean;
}

/** A list to choose one from. What cannot be chosen says why. */
export function Select<T extends string | null>(props: SelectProps<T>) {
  const { label, isLabelHidden = false, options, value, onChange, icon, name, isCompact = false } = props;
  const id = useId();
  // Around what the component keeps for forms, too: as a neighbour in a grid that would take a gap.
  return (
    <div className="select-box" data-compact={isCompact || undefined}>
      <Base.Root
        items={options.map((option) => ({ value: option.value, label: option.label }))}
        value={value}
        onValueChange={(next) => onChange(next as T)}
      >
        <div className="field">
          <span id={id} className={isLabelHidden ? 'visually-hidden' : 'label'}>
            {label}
          </span>
          <Base.Trigger className="input select" aria-labelledby={`${id} ${id}-value`} data-field={name}>
            {icon}
            <Base.Value id={`${id}-value`} className="select-value" />
            <Base.Icon className="select-icon">
              <Icon name="chevron" />
            </Base.Icon>
          </Base.Trigger>
        </div>
        <Base.Portal>
          <Base.Positioner className="layer" sideOffset={6} alignItemWithTrigger={false}>
            <Base.Popup className="popup">
              <Base.List aria-label={label}>
                {options.map((option) => (
                  <Base.Item
                    key={option.value ?? ''}
                    className="item"
                    value={option.value}
                    disabled={option.reason !== undefined && option.reason !== null}
                  >
                    <Base.ItemIndicator className="item-mark">
                      <Icon name="check" />
                    </Base.ItemIndicator>
                    <span className="item-text">
                      <Base.ItemText>{option.label}</Base.ItemText>
                      {(option.reason ?? option.detail) && (
                        <span className="item-detail">{option.reason ?? option.detail}</span>
                      )}
                    </span>
                  </Base.Item>
                ))}
              </Base.List>
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </div>
  );
}
