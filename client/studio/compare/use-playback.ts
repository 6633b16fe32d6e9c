import { useCallback, useEffect, useRef, useState } from 'react';

/** The shown time follows in these steps, in seconds: the whole dialog is rendered for each. */
const shownStep = 0.25;
/** A difference in time that nobody sees, in seconds; a larger one is corrected. */
const most = 0.12;

/**
 * Plays several videos in step: they start, stop and seek together, begin again when the longest has ended, and one that
 * falls behind is brought back.
 */
export function usePlayback() {
  const videos = useRef(new Map<string, HTMLVideoElement>());
  const [isPlaying, setIsPlaying] = useState(false);
  const [time, setTime] = useState(0);
  const [duration, setDuration] = useState(0);

  const each = useCallback((act: (video: HTMLVideoElement) => void) => {
    for (const video of videos.current.values()) act(video);
  }, []);
  /** The longest one, whose time is that of all. */
  const lead = useCallback(
    () =>
      [...videos.current.values()]
        .filter((video) => Number.isFinite(video.duration))
        .toSorted((a, b) => b.duration - a.duration)[0],
    [],
  );
  const seek = useCallback(
    (to: number) => {
      each((video) => {
        video.currentTime = Math.min(to, Number.isFinite(video.duration) ? video.duration : to);
      });
      setTime(to);
    },
    [each],
  );

  useEffect(() => {
    if (!isPlaying) return undefined;
    // A video that cannot be played shows that itself.
    each((video) => void video.play().catch(() => undefined));
    let frame = 0;
    const follow = () => {
      frame = requestAnimationFrame(follow);
      const first = lead();
      if (first === undefined) return;
      if (first.ended) {
        seek(0);
        each((video) => void video.play().catch(() => undefined));
        return;
      }
      const { currentTime } = first;
      setTime((shown) => (Math.abs(shown - currentTime) < shownStep ? shown : currentTime));
      each((video) => {
        const isBehind = Math.abs(video.currentTime - first.currentTime) > most;
        if (video !== first && isBehind && !video.ended && !video.seeking)
          video.currentTime = first.currentTime;
      });
    };
    frame = requestAnimationFrame(follow);
    return () => cancelAnimationFrame(frame);
  }, [isPlaying, each, lead, seek]);

  /** Takes a video while it is on the page. */
  const take = useCallback((id: string, video: HTMLVideoElement | null) => {
    if (video === null) videos.current.delete(id);
    else videos.current.set(id, video);
  }, []);

  const toggle = () => {
    setIsPlaying(!isPlaying);
    if (!isPlaying) return;
    each((video) => video.pause());
    setTime((shown) => lead()?.currentTime ?? shown);
  };

  return {
    isPlaying,
    time,
    duration,
    take,
    seek,
    toggle,
    /** To be called when a video knows its length. */
    onLength: () => setDuration(lead()?.duration ?? 0),
  };
}
