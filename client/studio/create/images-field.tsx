import { Progress } from '@base-ui/react/progress';
import { Trans, useLingui } from '@lingui/react/macro';
import { useRef, useState, type ChangeEvent, type KeyboardEvent } from 'react';
import { percent } from '../i18n/format.ts';
import { Icon } from '../ui/icon.tsx';
import { imageTypes, type FormImage } from './use-images.ts';

interface ImagesFieldProps {
  readonly images: readonly FormImage[];
  /** How many the model takes. */
  readonly most: number;
  readonly modelLabel: string;
  readonly isDropping: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onUrl: (url: string) => void;
  readonly onRemove: (id: string) => void;
  /** What the server refused, by the index of the image; null is for all of them. */
  readonly errorAt: (index: number | null) => string | undefined;
}

/** Up to three pictures: dropped, pasted, picked, or named by their address. */
export function ImagesField(props: ImagesFieldProps) {
  const { images, most, modelLabel, isDropping, onFiles, onUrl, onRemove, errorAt } = props;
  const { t } = useLingui();
  const picker = useRef<HTMLInputElement>(null);
  const isFull = images.length >= most;
  const pick = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(currentTarget.files ?? [])]);
    currentTarget.value = '';
  };
  return (
    <div className="field" role="group" aria-label={t`Reference images`} data-field="referenceImages">
      <div className="label-row">
        <span className="label">
          <Trans>Reference images</Trans>
        </span>
        <span className="label-note">
          {images.length} / {most}
        </span>
      </div>
      <div className="images" data-dropping={isDropping || undefined}>
        {images.map((image, index) => (
          <ImageTile
            key={image.id}
            image={image}
            error={errorAt(index)}
            onRemove={() => onRemove(image.id)}
          />
        ))}
        {!isFull && (
          <button type="button" className="image-add" onClick={() => picker.current?.click()}>
            <Icon name="image" />
            <span>{isDropping ? t`Drop here` : t`Add images`}</span>
          </button>
        )}
        {images.length === 0 && most > 0 && (
          <p className="image-hint">
            <Trans>Drop, paste or pick up to {most} pictures: JPEG, PNG or WebP.</Trans>
          </p>
        )}
      </div>
      <input
        ref={picker}
        type="file"
        accept={imageTypes.join(',')}
        multiple
        hidden
        onChange={pick}
        aria-label={t`Pick image files`}
      />
      {isFull && most === 0 && (
        <p className="note">
          <Trans>{modelLabel} takes no images.</Trans>
        </p>
      )}
      {!isFull && <UrlInput onUrl={onUrl} />}
      {errorAt(null) !== undefined && <p className="error">{errorAt(null)}</p>}
    </div>
  );
}

interface ImageTileProps {
  readonly image: FormImage;
  readonly error: string | undefined;
  readonly onRemove: () => void;
}

function ImageTile({ image: { name, previewUrl, state }, error, onRemove }: ImageTileProps) {
  const { i18n, t } = useLingui();
  const [isBroken, setIsBroken] = useState(false);
  const problem = error ?? (state.kind === 'failed' ? state.reason : undefined);
  return (
    <div className="image" data-state={problem === undefined ? state.kind : 'failed'}>
      {previewUrl === null || isBroken ? (
        <span className="image-name">{name}</span>
      ) : (
        <img src={previewUrl} alt={name} referrerPolicy="no-referrer" onError={() => setIsBroken(true)} />
      )}
      {state.kind === 'uploading' && (
        <Progress.Root
          className="image-progress"
          value={Math.round(state.part * 100)}
          aria-label={t`Upload of ${name}`}
        >
          <Progress.Track className="bar">
            <Progress.Indicator className="bar-fill" />
          </Progress.Track>
          <span className="visually-hidden">{percent(i18n, state.part * 100)}</span>
        </Progress.Root>
      )}
      <button type="button" className="image-remove" aria-label={t`Remove ${name}`} onClick={onRemove}>
        <Icon name="close" />
      </button>
      {problem !== undefined && (
        <p className="image-problem" role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

function UrlInput({ onUrl }: { readonly onUrl: (url: string) => void }) {
  const { t } = useLingui();
  const [text, setText] = useState('');
  const [isWrong, setIsWrong] = useState(false);
  const add = () => {
    const url = URL.parse(text.trim());
    const fits = url !== null && /^https?:$/.test(url.protocol);
    setIsWrong(!fits);
    if (!fits) return;
    onUrl(url.href);
    setText('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    add();
  };
  return (
    <>
      <div className="image-url">
        <input
          className="input"
          type="url"
          aria-label={t`Address of an image`}
          aria-invalid={isWrong}
          placeholder={t`or an address: https://…`}
          value={text}
          onChange={({ currentTarget }) => {
            setText(currentTarget.value);
            setIsWrong(false);
          }}
          onKeyDown={onKeyDown}
        />
        <button type="button" className="button" disabled={text.trim() === ''} onClick={add}>
          <Trans>Add</Trans>
        </button>
      </div>
      {isWrong && (
        <p className="error" role="alert">
          <Trans>An address begins with https:// or http://.</Trans>
        </p>
      )}
    </>
  );
}
