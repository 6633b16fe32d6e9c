import { Progress } from '@base-ui/react/progress';
import { Trans, useLingui } from '@lingui/react/macro';
import { useRef, useState, type ChangeEvent, type KeyboardEvent } from 'react';
import { percent } from '../i18n/format.ts';
import { Icon } from '../ui/icon.tsx';
import { imageTypes, type FormImage } from './use-images.ts';

interface ImagesFieldProps {
  readonly images: readonly FormImage[];
  /** Maximum number that the model supports. */
  readonly most: number;
  readonly isRequired: boolean;
  readonly modelLabel: string;
  readonly isDropping: boolean;
  /** Names of images above the maximum; nothing is sent until the user agrees to continue without them. */
  readonly leftOut: readonly string[];
  readonly onAcceptLeftOut: () => void;
  /** A URL that is typed but not added yet. */
  readonly address: string;
  readonly onAddress: (text: string) => void;
  readonly addressError: string | undefined;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onUrl: (url: string) => void;
  readonly onRemove: (id: string) => void;
  /** The error of the image at an index; that of all images for null. */
  readonly errorAt: (index: number | null) => string | undefined;
}

/** The images: dropped, pasted, chosen, or given by their URLs. */
export function ImagesField(props: ImagesFieldProps) {
  const {
    images,
    most,
    isRequired,
    modelLabel,
    isDropping,
    leftOut,
    onAcceptLeftOut,
    onFiles,
    onRemove,
    errorAt,
  } = props;
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
            <span>{isDropping ? t`Drop them here` : t`Add images`}</span>
          </button>
        )}
        {images.length === 0 && most > 0 && (
          <p className="image-hint">
            <Trans>Drop, paste or choose up to {most} images: JPEG, PNG or WebP.</Trans>
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
        aria-label={t`Choose image files`}
      />
      {isFull && most === 0 && (
        <p className="note">
          <Trans>{modelLabel} does not support images.</Trans>
        </p>
      )}
      {isRequired && images.length === 0 && (
        <p className="note">
          <Trans>{modelLabel} needs an image.</Trans>
        </p>
      )}
      {leftOut.length > 0 && <LeftOut names={leftOut} most={most} onAccept={onAcceptLeftOut} />}
      {!(isFull && props.address === '') && <UrlInput {...props} />}
      {errorAt(null) !== undefined && (
        <p className="error" role="alert">
          {errorAt(null)}
        </p>
      )}
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

/** Names the images above the maximum. */
function LeftOut({
  names,
  most,
  onAccept,
}: {
  readonly names: readonly string[];
  readonly most: number;
  readonly onAccept: () => void;
}) {
  const shown = names.slice(0, 5).join(', ');
  const more = names.length > 5 ? '…' : '';
  return (
    <div className="images-left-out" role="alert">
      <p className="error">
        <Trans>
          No more than {most} images can be used. Not added: {shown}
          {more}
        </Trans>
      </p>
      <button type="button" className="button button-small" onClick={onAccept}>
        <Trans>Continue without them</Trans>
      </button>
    </div>
  );
}

type UrlInputProps = Pick<ImagesFieldProps, 'address' | 'addressError' | 'onAddress' | 'onUrl'>;

function UrlInput({ address, addressError, onAddress, onUrl }: UrlInputProps) {
  const { t } = useLingui();
  const [isWrong, setIsWrong] = useState(false);
  const add = () => {
    const url = URL.parse(address.trim());
    const fits = url !== null && /^https?:$/.test(url.protocol);
    setIsWrong(!fits);
    if (!fits) return;
    onUrl(url.href);
    onAddress('');
  };
  const onKeyDown = (event: KeyboardEvent) => {
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
          placeholder={t`or an image URL: https://…`}
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
