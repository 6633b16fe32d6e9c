import { Trans, useLingui } from '@lingui/react/macro';
import { useState, type KeyboardEvent } from 'react';

interface UrlInputProps {
  /** A URL that is typed but not added yet. */
  readonly address: string;
  readonly addressError: string | undefined;
  readonly onAddress: (text: string) => void;
  readonly onUrl: (url: string) => void;
  /** Called when a URL was added, or the empty field is left by Escape. */
  readonly onDone: () => void;
}

/** The field for the URL of an image. */
export function UrlInput({ address, addressError, onAddress, onUrl, onDone }: UrlInputProps) {
  const { t } = useLingui();
  const [isWrong, setIsWrong] = useState(false);
  const add = () => {
    const url = URL.parse(address.trim());
    const fits = url !== null && /^https?:$/.test(url.protocol);
    setIsWrong(!fits);
    if (!fits) return;
    onUrl(url.href);
    onAddress('');
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && address === '') onDone();
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    add();
  };
  return (
    <>
      <div className="image-url" data-field="address">
        <input
          className="input"
          type="url"
          aria-label={t`Image URL`}
          aria-invalid={isWrong || addressError !== undefined}
          placeholder="https://…"
          // It appears because the user asked for it.
          ref={(field) => {
            if (field !== null && address === '') field.focus();
          }}
          value={address}
          onChange={({ currentTarget }) => {
            onAddress(currentTarget.value);
            setIsWrong(false);
          }}
          onKeyDown={onKeyDown}
        />
        <button type="button" className="button" disabled={address.trim() === ''} onClick={add}>
          <Trans>Add</Trans>
        </button>
      </div>
      {(isWrong || addressError !== undefined) && (
        <p className="error" role="alert">
          {isWrong ? <Trans>A URL must start with https:// or http://.</Trans> : addressError}
        </p>
      )}
    </>
  );
}
