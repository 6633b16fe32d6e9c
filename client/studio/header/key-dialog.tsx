import { Checkbox } from '@base-ui/react/checkbox';
import { Form } from '@base-ui/react/form';
import { Trans, useLingui } from '@lingui/react/macro';
import { useMemo, useState } from 'react';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { TextField } from '../ui/text-field.tsx';

const nothing = () => {};

/** Asks for the key, if the server requires one. */
export function KeyDialog() {
  const studio = useStudio();
  const access = useValue(studio.access);
  const { t } = useLingui();
  const [key, setKey] = useState('');
  const [isRemembered, setIsRemembered] = useState(false);
  const [isTrying, setIsTrying] = useState(false);
  const isAsked = access === 'needsKey' || access === 'wrongKey' || access === 'keyEnded' || isTrying;
  const enter = async () => {
    setIsTrying(true);
    await studio.signIn(key.trim(), isRemembered);
    setIsTrying(false);
  };
  const errors = useMemo(
    () => (access === 'wrongKey' ? { key: t`The server did not accept this key.` } : {}),
    [access, t],
  );
  return (
    <Dialog
      open={isAsked}
      canClose={false}
      onClose={nothing}
      title={t`Welcome to Reelay`}
      description={t`This server requires a key. Enter the one that you received from its operator.`}
    >
      <Form
        className="resolve"
        errors={errors}
        onFormSubmit={() => {
          if (key.trim() !== '' && !isTrying) void enter();
        }}
      >
        <TextField
          label={t`Key`}
          name="key"
          type="password"
          autoComplete="current-password"
          value={key}
          onValueChange={setKey}
        />
        <p className="error" role="alert">
          {access === 'keyEnded' && t`Your access has expired. Enter a key again.`}
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
            {isTrying ? t`Checking…` : t`Sign in`}
          </button>
        </div>
      </Form>
    </Dialog>
  );
}
