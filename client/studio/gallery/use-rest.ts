import { useEffect, useState } from 'react';

/**
 * Time without scrolling after which a card may load its player. With players created while scrolling, the median frame
 * of 500 videos took 50 ms; without them 17 (two busy cores, software rendering).
 */
const restMs = 150;
/** Delay between two cards: eleven players created in one frame blocked it for 67 to 100 ms, on two idle cores. */
const stepMs = 40;

/**
 * True if scrolling has stopped since the card was added to the document.
 *
 * @param delayStep number of cards that load before this one
 */
export function useRest(delayStep: number): boolean {
  const [isResting, setIsResting] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(
        () => {
          window.removeEventListener('scroll', wait);
          setIsResting(true);
        },
        restMs + delayStep * stepMs,
      );
    };
    wait();
    window.addEventListener('scroll', wait, { passive: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener('scroll', wait);
    };
  }, [delayStep]);
  return isResting;
}
