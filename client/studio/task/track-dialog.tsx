import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { TrackMutation } from '../api/mutations.ts';
import type { Provider } from '../api/queries.ts';
import { providerWords } from '../i18n/words.ts';
import { userErrorText } from '../i18n/user-error.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Select } from '../ui/select.tsx';

/** Follows a task that was made elsewhere, by the provider's id of it. */
export function TrackDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const studio = useStudio();
  const providers = useValue(studio.providers).filter(({ configured }) => configured);
  const { i18n, t } = useLingui();
  const [chosen, setChosen] = useState<Provider['name'] | null>(null);
  const [id, setId] = useState('');
  const [error, setError] = useState<string | null>(null);
  const provider = chosen ?? providers[0]?.name ?? 'KIE';
  const follow = async () => {
    try {
      const input = { provider, providerTaskId: id.trim() };
      const { task, userErrors } = (await studio.request(TrackMutation, { input })).trackVideoTask;
      if (task === null) {
        setError(userErrors.map((each) => userErrorText(i18n, each)).join(' '));
        return;
      }
      studio.tasks.take(task);
      studio.show(task.id);
      setId('');
      onClose();
    } catch {
      setError(t`The server did not answer. Try again.`);
    }
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (id.trim() !== '') void follow();
  };
  return (
    <Dialog
      open={open}
      onClose={onClose}
      title={t`Follow a task`}
      description={t`Made a video elsewhere? Give the provider’s id of it: it appears here as soon as it is ready.`}
    >
      <form className="resolve" onSubmit={onSubmit}>
        {providers.length > 1 && (
          <Select
            label={t`Provider`}
            value={provider}
            onChange={setChosen}
            options={providers.map(({ name }) => ({ value: name, label: i18n.t(providerWords[name]) }))}
          />
        )}
        <label className="label" htmlFor="track-id">
          <Trans>Task id</Trans>
        </label>
        <input
          id="track-id"
          className="input"
          value={id}
          aria-invalid={error !== null}
          aria-describedby={error === null ? undefined : 'track-error'}
          onChange={({ currentTarget }) => {
            setId(currentTarget.value);
            setError(null);
          }}
        />
        {error !== null && (
          <p className="error" id="track-error" role="alert">
            {error}
          </p>
        )}
        <div className="dialog-actions">
          <button type="submit" className="button button-primary" disabled={id.trim() === ''}>
            <Trans>Follow it</Trans>
          </button>
        </div>
      </form>
    </Dialog>
  );
}
