import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { Icon } from '../ui/icon.tsx';

interface PlayerProps {
  readonly url: string;
  readonly poster: string | null;
  readonly title: string;
  /** Whether it has its controls before it was started. */
  readonly isOpen: boolean;
}

/**
 * A video that plays when it is pressed. Its controls come with that: the browser's own are layers over each video,
 * and a page that scrolled on with a dozen of them stood still for 0.6 to 0.9 s, drawn by software; without them no
 * frame of it takes longer than 34 ms (two quiet cores).
 */
export function Player({ url, poster, title, isOpen }: PlayerProps) {
  const { t } = useLingui();
  const video = useRef<HTMLVideoElement>(null);
  const [isPressed, setIsPressed] = useState(false);
  useEffect(() => {
    if (!isPressed || video.current === null) return;
    // Whoever pressed by keyboard goes on with the controls.
    video.current.focus();
    // What cannot be played says so itself, where it would play.
    video.current.play().catch(() => undefined);
  }, [isPressed]);
  return (
    <>
      <video
        ref={video}
        controls={isOpen || isPressed}
        playsInline
        preload={poster === null ? 'metadata' : 'none'}
        poster={poster ?? undefined}
        src={`${url}#t=0.01`}
        aria-label={title}
      />
      {!isOpen && !isPressed && (
        <button type="button" className="play" aria-label={t`Play`} onClick={() => setIsPressed(true)}>
          <Icon name="play" />
        </button>
      )}
    </>
  );
}
