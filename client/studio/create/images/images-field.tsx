import { Trans, useLingui } from '@lingui/react/macro';
import { useRef, useState, type ChangeEvent, type ReactNode } from 'react';
import { Icon } from '../../ui/icon.tsx';
import { isTouch } from '../../ui/touch.ts';
import { ImageList } from './image-list.tsx';
import { LeftOut } from './left-out.tsx';
import { UrlInput } from './url-input.tsx';
import type { FormImage } from './use-images.ts';

interface ImagesFieldProps {
  readonly images: readonly FormImage[];
  /** Maximum number that the model supports. */
  readonly most: number;
  readonly isRequired: boolean;
  readonly modelLabel: string;
  /** What the image at an index is for the model, such as the first frame; null if it is one of several. */
  readonly roleOf: (index: number) => string | null;
  /** The choice of how the images are used. */
  readonly use: ReactNode;
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
  readonly onMove: (from: number, to: number) => void;
  /** The error of the image at an index; that of all images for null. */
  readonly errorAt: (index: number | null) => string | undefined;
}

/** The images in their order: dropped, pasted, chosen, or given by their URLs. */
export function ImagesField(props: ImagesFieldProps) {
  const { images, most, isRequired, modelLabel, leftOut, onFiles, errorAt, address } = props;
  const { t } = useLingui();
  const picker = useRef<HTMLInputElement>(null);
  const [wantsUrl, setWantsUrl] = useState(false);
  const isFull = images.length >= most;
  const isUrlOpen = !isFull && (wantsUrl || address !== '');
  const pick = ({ currentTarget }: ChangeEvent<HTMLInputElement>) => {
    onFiles([...(currentTarget.files ?? [])]);
    currentTarget.value = '';
  };
  const problems = images.map(
    ({ state }, index) => errorAt(index) ?? (state.kind === 'failed' ? state.reason : undefined),
  );
  const notes = images.flatMap(({ note }) => (note === null ? [] : [note]));
  return (
    <div className="field" role="group" aria-label={t`Reference images`} data-field="referenceImages">
      <div className="images-head">
        <span className="label">
          <Trans>Images</Trans>
          {most > 0 && (
            <span className="label-note">
              {images.length} / {most}
            </span>
          )}
        </span>
        {props.use}
        {!isFull && (
          <button
            type="button"
            className="link-quiet"
            aria-expanded={isUrlOpen}
            onClick={() => setWantsUrl(!isUrlOpen)}
          >
            <Trans>By URL</Trans>
          </button>
        )}
      </div>
      {(most > 0 || images.length > 0) && (
        <div className="images" data-empty={images.length === 0 || undefined}>
          <ImageList
            images={images}
            roleOf={props.roleOf}
            hasProblem={(index) => problems[index] !== undefined}
            onRemove={props.onRemove}
            onMove={props.onMove}
          />
          {!isFull && (
            <button type="button" className="image-add" onClick={() => picker.current?.click()}>
              <Icon name="image" />
              <span className={images.length === 0 ? undefined : 'visually-hidden'}>
                {images.length === 0 && !isTouch() ? t`Add images: drop, paste or choose` : t`Add images`}
              </span>
            </button>
          )}
        </div>
      )}
      <input
        ref={picker}
        type="file"
        // Also formats that only some browsers read: the others are told so.
        accept="image/*,.heic,.heif,.avif"
        multiple
        hidden
        onChange={pick}
        aria-label={t`Choose image files`}
      />
      {images.map(({ id, name }, index) =>
        problems[index] === undefined ? null : (
          <p key={id} className="error image-problem" role="alert">
            <b>{name}</b> {problems[index]}
          </p>
        ),
      )}
      {notes.map((note) => (
        <p key={note} className="note image-note" role="status">
          {note}
        </p>
      ))}
      {most === 0 && (
        <p className="note">
          <Trans>{modelLabel} does not support images.</Trans>
        </p>
      )}
      {isRequired && images.length === 0 && (
        <p className="note">
          <Trans>{modelLabel} needs an image.</Trans>
        </p>
      )}
      {leftOut.length > 0 && <LeftOut names={leftOut} most={most} onAccept={props.onAcceptLeftOut} />}
      {isUrlOpen && <UrlInput {...props} onDone={() => setWantsUrl(false)} />}
      {errorAt(null) !== undefined && (
        <p className="error" role="alert">
          {errorAt(null)}
        </p>
      )}
    </div>
  );
}
