import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { ImageTile } from './image-tile.tsx';
import type { FormImage } from './use-images.ts';
import { positionWhile, useReorder } from './use-reorder.ts';

interface ImageListProps {
  readonly images: readonly FormImage[];
  readonly roleOf: (index: number) => string | null;
  readonly hasProblem: (index: number) => boolean;
  readonly onRemove: (id: string) => void;
  readonly onMove: (from: number, to: number) => void;
}

/** The images in their order, which is changed by dragging, or by the arrow keys on an image. */
export function ImageList({ images, roleOf, hasProblem, onRemove, onMove }: ImageListProps) {
  const { t } = useLingui();
  const list = useRef<HTMLOListElement>(null);
  const [moved, setMoved] = useState('');
  /** The image that keeps the focus: the browser drops it when the element changes its position. */
  const focused = useRef<string | null>(null);
  const move = (from: number, to: number) => {
    const image = images[from];
    if (image === undefined || to < 0 || to >= images.length || from === to) return;
    onMove(from, to);
    setMoved(t`${image.name}: position ${to + 1} of ${images.length}`);
  };
  const { dragged, begin } = useReorder(move);
  useEffect(() => {
    if (focused.current === null) return;
    list.current?.querySelector<HTMLElement>(`[data-image="${focused.current}"] .image-grip`)?.focus();
    focused.current = null;
  }, [images]);
  const onKeyDown = (event: KeyboardEvent, index: number) => {
    const to = { ArrowLeft: index - 1, ArrowRight: index + 1, Home: 0, End: images.length - 1 }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    focused.current = images[index]?.id ?? null;
    move(index, to);
  };
  return (
    <>
      <ol ref={list} className="image-list" data-dragging={dragged !== null || undefined}>
        {images.map((image, index) => (
          <ImageTile
            key={image.id}
            image={image}
            position={positionWhile(dragged, index)}
            count={images.length}
            role={roleOf(positionWhile(dragged, index))}
            hasProblem={hasProblem(index)}
            isDragged={dragged?.from === index}
            shift={dragged?.shifts[index] ?? null}
            onGrab={(event) => begin(event, index, list.current)}
            onKeyDown={(event) => onKeyDown(event, index)}
            onRemove={() => onRemove(image.id)}
          />
        ))}
      </ol>
      <p className="visually-hidden" role="status">
        {moved}
      </p>
    </>
  );
}
