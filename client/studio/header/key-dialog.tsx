import { Checkbox } from '@base-ui/react/checkbox';
import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type FormEvent } from 'react';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';

const nothing = () => {};

/** Asks for the key, where the server wants one. */
export function KeyDialog() {
  const studio = useStudio();
  const access = useValue(studio.access);
  const { t } = useLingui();
  const [key, setKey] = useState('');
  const [isRemembered, setIsRemembered] = useState(false);
  const [isTrying, setIsTrying] = useState(false);
  const isAsked = access === 'wantsKey' || access === 'wrongKey' || access === 'keyEnded' || isTrying;
  const enter = async () => {
    setIsTrying(true);
    await studio.signIn(key.trim(), isRemembered);
    setIsTrying(false);
  };
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (key.trim() !== '' && !isTrying) void enter();
  };
  return (
    <Dialog
      open={isAsked}
      canClose={false}
      onClose={nothing}
      title={t`Welcome to Reelay`}
      description={t`This server asks who you are. Enter the key that its operator gave you.`}
    >
      <form className="resolve" onSubmit={onSubmit}>
        <label className="label" htmlFor="key">
          <Trans>Key</Trans>
        </label>
        <input
          id="key"
          className="input"
          type="password"
          autoComplete="current-password"
          value={key}
          aria-invalid={access === 'wrongKey'}
          aria-describedby="key-error"
          onChange={({ currentTarget }) => setKey(currentTarget.value)}
        />
        <p className="error" id="key-error" role="alert">
          {access === 'wrongKey' && t`The server does not know this key.`}
          {access === 'keyEnded' && t`Your access has ended. Enter a key again.`}
        </p>
        <label className="check">
          <Checkbox.Root className="checkbox" checked={isRemembered} onCheckedChange={setIsRemembered}>
            <Checkbox.Indicator className="checkbox-mark">
              <Icon name="check" />
            </Checkbox.Indicator>
          </Checkbox.Root>
          <Trans>Remember on this device</Trans>
        </label>
        <div className="dialog-actions">
          <button type="submit" className="button button-primary" disabled={key.trim() === ''}>
            {isTrying ? t`Trying…` : t`Enter`}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
