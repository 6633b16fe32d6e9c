import { Form } from '@base-ui/react/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { useToast } from '../../ui/toasts.tsx';
import type { Draft } from '../draft.ts';
import { deletePreset, mostPresets, readPresets, savePreset } from './presets.ts';

interface PresetsDialogProps {
  readonly draft: Draft;
  readonly open: boolean;
  readonly onClose: () => void;
}

/** Saves the form as a preset, and deletes presets. */
export function PresetsDialog({ draft, open, onClose }: PresetsDialogProps) {
  const toast = useToast();
  const { t } = useLingui();
  const [name, setName] = useState('');
  const [presets, setPresets] = useState(readPresets);
  const trimmed = name.trim();
  const isKnown = presets.some((preset) => preset.name === trimmed);
  const isFull = presets.length >= mostPresets && !isKnown;
  const save = () => {
    if (trimmed === '' || isFull) return;
    setPresets(savePreset(trimmed, draft));
    setName('');
    toast(t`Saved as “${trimmed}”.`);
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t`Presets`}
      description={t`A preset keeps the prompt and the settings of the form in this browser, without images and label.`}
    >
      <Form className="preset-save" onFormSubmit={save}>
        <TextField
          label={t`Name`}
          name="preset"
          maxLength={60}
          value={name}
          placeholder={t`Rings, square`}
          onValueChange={setName}
        />
        <button type="submit" className="button button-primary" disabled={trimmed === '' || isFull}>
          {isKnown ? <Trans>Replace</Trans> : <Trans>Save</Trans>}
        </button>
      </Form>
      {isFull && (
        <p className="error" role="alert">
          <Trans>No more than {mostPresets} presets can be kept. Delete one first.</Trans>
        </p>
      )}
      {presets.length > 0 && (
        <ul className="preset-list" aria-label={t`Saved presets`}>
          {presets.map((preset) => (
            <li key={preset.name}>
              <span className="preset-name">
                {preset.name}
                {preset.draft.prompt !== '' && <span className="item-detail">{preset.draft.prompt}</span>}
              </span>
              <button
                type="button"
                className="button button-quiet button-icon"
                aria-label={t`Delete ${preset.name}`}
                onClick={() => setPresets(deletePreset(preset.name))}
              >
                <Icon name="close" />
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
