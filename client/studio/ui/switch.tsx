import { Field } from '@base-ui/react/field';
import { Switch as Base } from '@base-ui/react/switch';
import { FieldError } from './text-field.tsx';

interface SwitchProps {
  readonly label: string;
  /** A quieter line below, such as why it cannot be changed. */
  readonly note?: string | undefined;
  readonly isOn: boolean;
  readonly isFixed?: boolean;
  readonly onChange: (isOn: boolean) => void;
  /** The key of its error in the `errors` of the form around it. */
  readonly name: string;
}

/** Something that is on or off. */
export function Switch({ label, note, isOn, isFixed = false, onChange, name }: SwitchProps) {
  return (
    <Field.Root className="field" name={name}>
      <Field.Label className="switch-row">
        <span className="label">{label}</span>
        <Base.Root className="switch" checked={isOn} disabled={isFixed} onCheckedChange={onChange}>
          <Base.Thumb className="switch-thumb" />
        </Base.Root>
      </Field.Label>
      {note !== undefined && <Field.Description className="note">{note}</Field.Description>}
      <FieldError />
    </Field.Root>
  );
}
