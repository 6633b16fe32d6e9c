import { Field } from '@base-ui/react/field';
import type { ReactElement, ReactNode } from 'react';

interface TextFieldProps extends Omit<Field.Control.Props, 'className' | 'name' | 'render'> {
  readonly label: ReactNode;
  /** True if the label is for screen readers alone. */
  readonly isLabelHidden?: boolean;
  /** A quieter addition to the label. */
  readonly note?: ReactNode;
  /** The key of its error in the `errors` of the form around it. */
  readonly name: string;
  /** Another element than an input. */
  readonly element?: ReactElement;
}

/** A text field with its label and its error. */
export function TextField({ label, isLabelHidden = false, note, name, element, ...control }: TextFieldProps) {
  return (
    <Field.Root className="field" name={name}>
      <Field.Label className={isLabelHidden ? 'visually-hidden' : 'label'}>
        {label}
        {note !== undefined && <span className="label-note">{note}</span>}
      </Field.Label>
      <Field.Control
        className="input"
        dir="auto"
        {...control}
        {...(element !== undefined && { render: element })}
      />
      <FieldError />
    </Field.Root>
  );
}

/** The error of the field around it. Announced, because the focus may be on the field already. */
export const FieldError = () => <Field.Error className="error" role="alert" />;
