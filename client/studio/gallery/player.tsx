import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { Icon } from '../ui/icon.tsx';
import { usePreview } from './use-preview.ts';

interface PlayerProps {
  readonly url: string;
  readonly poster: string | null;
  /** True if the poster is no frame of the video: its first frame takes its place once it is there. */
  readonly isPosterOther: boolean;
  readonly title: string;
  /** True if it has controls before it is started. */
  readonly isOpen: boolean;
  /** True while the pointer or the focus is on its card: it plays without sound. */
  readonly isPreviewing: boolean;
  /** Called when the first frame is there, where there is no poster. */
  readonly onFrame?: ((video: HTMLVideoElement) => void) | undefined;
}

/**
 * A video that plays when it is pressed, and has controls only then: those of the browser are layers over each video,
 * and scrolling a page with a dozen of them blocked it for 0.6 to 0.9 s with software rendering. Without them no frame
 * takes longer than 34 ms (two idle cores).
 */
export function Player(props: PlayerProps) {
  const { url, poster, isPosterOther, title, isOpen, isPreviewing, onFrame } = props;
  const { t } = useLingui();
  const video = useRef<HTMLVideoElement>(null);
  const [isPressed, setIsPressed] = useState(false);
  const [isDrawn, setIsDrawn] = useState(false);
  const isPlayed = usePreview(video, isPreviewing && !isOpen && !isPressed);
  useEffect(() => {
    if (!isPressed || video.current === null) return;
    // Keyboard users continue with the controls.
    video.current.focus();
    // The player itself shows that a video cannot be played.
    video.current.play().catch(() => undefined);
  }, [isPressed]);
  return (
    <>
      <video
        ref={video}
        controls={isOpen || isPressed}
        playsInline
        crossOrigin="anonymous"
        onLoadedData={({ currentTarget }) => {
          setIsDrawn(true);
          onFrame?.(currentTarget);
        }}
        preload={poster === null || isPosterOther ? 'metadata' : 'none'}
        poster={poster === null || (isPosterOther && isDrawn) ? undefined : poster}
        src={`${url}#t=0.01`}
        aria-label={title}
      />
      {!isOpen && !isPressed && (
        <button
          type="button"
          className="play"
          data-previewing={isPlayed || undefined}
          aria-label={t`Play`}
          onClick={() => setIsPressed(true)}
        >
          <Icon name="play" />
        </button>
      )}
    </>
  );
}
