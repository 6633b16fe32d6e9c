import { useEffect, useState } from 'react';

/**
 * Without a scroll for so long, a card may load what is costly. With players made while scrolling, frames of 500
 * videos took 50 ms in the median; without them 17 (two busy cores, drawn by software).
 */
const restMs = 150;

/** Whether the page has come to rest since the card came into the document. */
export function useRest(): boolean {
  const [isResting, setIsResting] = useState(false);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        window.removeEventListener('scroll', wait);
        setIsResting(true);
      }, restMs);
    };
    wait();
    window.addEventListener('scroll', wait, { passive: true });
    return () => {
      clearTimeout(timer);
      window.removeEventListener('scroll', wait);
    };
  }, []);
  return isResting;
}
