import { useCallback, type KeyboardEvent, type RefObject } from 'react';
import { useStudio } from '../studio.ts';

/** Frames to wait for a card that is scrolled into view. */
const mostFrames = 30;

/** The link of the card of a task, which takes the focus for the card; null while it is not in the document. */
export const linkOfCard = (list: HTMLElement, id: string): HTMLElement | null =>
  list.querySelector<HTMLElement>(`[data-task="${CSS.escape(id)}"] .card-title a`);

/**
 * Keys on the title of a card: arrows go to its neighbours, Space plays or pauses, X selects, F marks as a favourite.
 *
 * @param show scrolls a card into view, by its index
 */
export function useCardKeys(
  list: RefObject<HTMLElement | null>,
  columns: number,
  show: (index: number) => void,
): (event: KeyboardEvent) => void {
  const studio = useStudio();
  const focus = useCallback(
    (index: number) => {
      const id = studio.order.get()[index];
      if (id === undefined) return;
      show(index);
      let frames = 0;
      const attempt = () => {
        const link = list.current === null ? null : linkOfCard(list.current, id);
        if (link !== null) link.focus();
        else if (++frames < mostFrames) requestAnimationFrame(attempt);
      };
      attempt();
    },
    [studio, list, show],
  );
  return (event) => {
    const target = event.target as HTMLElement;
    const card = target.closest<HTMLElement>('[data-task]');
    const id = card?.dataset['task'];
    if (id === undefined || !target.matches('.card-title a')) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const index = studio.order.get().indexOf(id);
    const steps: Readonly<Record<string, number>> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      ArrowUp: -columns,
      ArrowDown: columns,
    };
    const step = steps[event.key];
    if (step !== undefined) focus(index + step);
    else if (event.code === 'Space') playOrPause(card);
    else if (event.code === 'KeyX') studio.selection.toggle(id);
    else if (event.code === 'KeyF') studio.favourites.toggle(id);
    else return;
    event.preventDefault();
  };
}

function playOrPause(card: HTMLElement | null): void {
  const video = card?.querySelector('video');
  const play = card?.querySelector<HTMLElement>('.play');
  if (play) play.click();
  else if (video?.paused) void video.play();
  else video?.pause();
}
