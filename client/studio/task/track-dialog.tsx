import { Form } from '@base-ui/react/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { TrackMutation } from '../api/mutations.ts';
import type { Provider } from '../api/queries.ts';
import { providerTexts } from '../i18n/texts.ts';
import { userErrorText } from '../i18n/user-error.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Select } from '../ui/select.tsx';
import { TextField } from '../ui/text-field.tsx';

/** Follows a task that was made elsewhere, by its id at the provider. */
export function TrackDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const studio = useStudio();
  const providers = useValue(studio.providers).filter(({ configured }) => configured);
  const { i18n, t } = useLingui();
  const [chosen, setChosen] = useState<Provider['name'] | null>(null);
  const [id, setId] = useState('');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [isUnanswered, setIsUnanswered] = useState(false);
  const provider = chosen ?? providers[0]?.name ?? 'KIE';
  const follow = async () => {
    setIsUnanswered(false);
    try {
      const input = { provider, providerTaskId: id.trim() };
      const { task, userErrors } = (await studio.request(TrackMutation, { input })).trackVideoTask;
      if (task === null) {
        setErrors({ providerTaskId: userErrors.map((each) => userErrorText(i18n, each)).join(' ') });
        return;
      }
      studio.tasks.take(task);
      studio.show(task.id);
      setId('');
      onClose();
    } catch {
      setIsUnanswered(true);
    }
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t`Add by ID`}
      description={t`Started a video elsewhere? Enter its task ID at the provider, and the video appears here when it is ready.`}
    >
      <Form
        className="resolve"
        errors={errors}
        onFormSubmit={() => {
          if (id.trim() !== '') void follow();
        }}
      >
        {providers.length > 1 && (
          <Select
            label={t`Provider`}
            value={provider}
            onChange={setChosen}
            options={providers.map(({ name }) => ({ value: name, label: i18n.t(providerTexts[name]) }))}
          />
        )}
        <TextField label={t`Task ID`} name="providerTaskId" value={id} onValueChange={setId} />
        {isUnanswered && (
          <p className="error" role="alert">
            <Trans>The server did not respond. Try again.</Trans>
          </p>
        )}
        <div className="dialog-actions">
          <button type="submit" className="button button-primary" disabled={id.trim() === ''}>
            <Trans>Add</Trans>
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
