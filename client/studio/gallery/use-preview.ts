import { useEffect, useState, type RefObject } from 'react';

/** A pointer that only passes over a card loads nothing. */
const settleMs = 250;

const isCalm = () =>
  window.matchMedia('(prefers-reduced-motion: reduce), (prefers-reduced-data: reduce)').matches;

/**
 * Plays a video without sound while `isOn`, from its beginning and again, and shows its poster afterwards. Not for users
 * who asked for less motion or less data. Returns whether it is played.
 */
export function usePreview(video: RefObject<HTMLVideoElement | null>, isOn: boolean): boolean {
  const [isPlayed, setIsPlayed] = useState(false);
  useEffect(() => {
    const element = video.current;
    if (!isOn || element === null || isCalm()) return undefined;
    let hasBegun = false;
    const timer = setTimeout(() => {
      hasBegun = true;
      element.muted = true;
      element.loop = true;
      // It ends before it has begun, where the pointer leaves at once.
      element.play().then(
        () => setIsPlayed(true),
        () => {},
      );
    }, settleMs);
    return () => {
      clearTimeout(timer);
      if (!hasBegun) return;
      setIsPlayed(false);
      element.pause();
      element.muted = false;
      element.loop = false;
      // Only a load brings a poster back.
      if (element.poster === '') element.currentTime = 0.01;
      else element.load();
    };
  }, [video, isOn]);
  return isPlayed;
}
