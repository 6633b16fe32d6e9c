import { Field } from '@base-ui/react/field';
import { Switch } from '@base-ui/react/switch';
import { useLingui } from '@lingui/react/macro';
import type { Model } from '../api/queries.ts';
import { Icon } from '../ui/icon.tsx';

interface SoundChipProps {
  readonly model: Model;
  /** Null: the model's default. */
  readonly audio: boolean | null;
  readonly onChange: (audio: boolean) => void;
}

/** Sound on or off, where the model leaves the choice; otherwise it says why not. */
export function SoundChip({ model, audio, onChange }: SoundChipProps) {
  const { t } = useLingui();
  const isOn = audio ?? model.defaultAudio;
  const reason =
    model.audio === 'ALWAYS'
      ? t`${model.label} always makes videos with sound.`
      : model.audio === 'NEVER'
        ? t`${model.label} makes videos without sound.`
        : null;
  return (
    <Field.Root className="chip-box" name="audio">
      <Switch.Root
        className="chip chip-switch"
        aria-label={t`Sound`}
        title={reason ?? (isOn ? t`With sound` : t`Without sound`)}
        checked={isOn}
        disabled={reason !== null}
        onCheckedChange={onChange}
      >
        <Icon name={isOn ? 'sound' : 'mute'} />
      </Switch.Root>
      {reason !== null && <Field.Description className="visually-hidden">{reason}</Field.Description>}
    </Field.Root>
  );
}
