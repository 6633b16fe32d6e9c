import { Progress } from '@base-ui/react/progress';
import { useLingui } from '@lingui/react/macro';
import { useState, type KeyboardEvent, type PointerEvent } from 'react';
import { percent } from '../../i18n/format.ts';
import { Icon } from '../../ui/icon.tsx';
import type { FormImage } from './use-images.ts';

interface ImageTileProps {
  readonly image: FormImage;
  /** Where it is shown, from 0. */
  readonly position: number;
  readonly count: number;
  /** What it is for the model, such as the first frame. */
  readonly role: string | null;
  /** True if it cannot be used; the reason is below the images. */
  readonly hasProblem: boolean;
  readonly isDragged: boolean;
  /** The way to where it is shown while one is dragged, in pixels. */
  readonly shift: { readonly x: number; readonly y: number } | null;
  readonly onGrab: (event: PointerEvent) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onRemove: () => void;
}

/** One image with its position and its upload. With others beside it, it can be moved. */
export function ImageTile(props: ImageTileProps) {
  const { position, count, role, hasProblem, isDragged, shift, onGrab, onKeyDown, onRemove } = props;
  const { id, name, previewUrl, state } = props.image;
  const { i18n, t } = useLingui();
  const [brokenUrl, setBrokenUrl] = useState<string | null>(null);
  const picture =
    previewUrl === null || previewUrl === brokenUrl ? (
      <span className="image-name">{name}</span>
    ) : (
      <img
        src={previewUrl}
        alt={count > 1 ? '' : name}
        referrerPolicy="no-referrer"
        draggable={false}
        onError={() => setBrokenUrl(previewUrl)}
      />
    );
  return (
    <li
      className="image"
      data-image={id}
      data-state={hasProblem ? 'failed' : state.kind}
      data-dragged={isDragged || undefined}
      style={shift === null ? undefined : { transform: `translate(${shift.x}px, ${shift.y}px)` }}
    >
      {count > 1 ? (
        <button
          type="button"
          className="image-grip"
          aria-label={t`Image ${position + 1} of ${count}: ${name}. Move it with the arrow keys.`}
          title={t`Drag to change the order`}
          onPointerDown={onGrab}
          onKeyDown={onKeyDown}
        >
          {picture}
        </button>
      ) : (
        picture
      )}
      {(role !== null || count > 1) && <span className="image-role">{role ?? position + 1}</span>}
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
      {hasProblem && <Icon name="warning" />}
      <button type="button" className="image-remove" aria-label={t`Remove ${name}`} onClick={onRemove}>
        <Icon name="close" />
      </button>
    </li>
  );
}
