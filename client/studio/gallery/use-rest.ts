import { useEffect, useState } from 'react';

/**
 * Without a scroll for so long, a card may load what is costly. With players made while scrolling, frames of 500
 * videos took 50 ms in the median; without them 17 (two busy cores, drawn by software).
 */
const restMs = 150;
/** Between two cards: eleven players made in one frame held it up for 67 to 100 ms, on two quiet cores. */
const turnMs = 40;

/**
 * Whether the page has come to rest since the card came into the document.
 *
 * @param turn how many others have their turn before
 */
export function useRest(turn: number): boolean {
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
        restMs + turn * turnMs,
      );
    };
    wait();
    window.addEventListener('scroll', wait, { passive: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener('scroll', wait);
    };
  }, [turn]);
  return isResting;
}
