import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { TaskCard } from './task-card.tsx';
import { useCardKeys } from './use-card-keys.ts';

const gap = 18;
const leastCardWidth = 220;
/** Height of a card below its picture in pixels; gallery.css has the same. */
const bodyHeight = 218;
/** Height to width of the picture; gallery.css has the same. */
const pictureRatio = 9 / 16;
/** Height of what sticks to the top of the page, with some space. */
const stickyHeight = 88;

/** About the number of cards in view. */
const delaySteps = 12;

interface GridProps {
  /** Ids of the tasks, in their order. */
  readonly ids: readonly string[];
  /** Called when the end of the loaded tasks comes into view. */
  readonly onEnd: () => void;
}

/** Cards of all tasks, of which only those in view are in the document. */
export function Grid({ ids, onEnd }: GridProps) {
  const list = useRef<HTMLDivElement>(null);
  const [box, setBox] = useState({ width: 0, top: 0, left: 0 });
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return undefined;
    const measure = () => {
      const { top, left, width } = element.getBoundingClientRect();
      const next = { width: Math.floor(width), top: Math.round(top + window.scrollY), left };
      setBox((now) =>
        now.width === next.width && now.top === next.top && now.left === next.left ? now : next,
      );
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    observer.observe(document.body);
    return () => observer.disconnect();
  }, []);
  const columns = Math.max(1, Math.floor((box.width + gap) / (leastCardWidth + gap)));
  const cardWidth = (box.width - gap * (columns - 1)) / columns;
  /** Whole pixels: the border of a card would be blurred between two. */
  const leftOf = (column: number) => Math.round(box.left + column * (cardWidth + gap)) - box.left;
  const rowHeight = Math.ceil(cardWidth * pictureRatio) + bodyHeight + gap;
  const rows = box.width === 0 ? 0 : Math.ceil(ids.length / columns);
  const virtualizer = useWindowVirtualizer({
    count: rows,
    estimateSize: () => rowHeight,
    overscan: 1,
    scrollMargin: box.top,
    scrollPaddingStart: stickyHeight,
    scrollPaddingEnd: gap,
  });
  useEffect(() => virtualizer.measure(), [virtualizer, rowHeight]);
  const onKeyDown = useCardKeys(list, columns, (index) =>
    virtualizer.scrollToIndex(Math.floor(index / columns), { align: 'auto' }),
  );
  const items = virtualizer.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= rows - 2) onEnd();
  }, [last, rows, onEnd]);
  return (
    <div
      ref={list}
      className="grid"
      style={{ height: Math.max(0, rows * rowHeight - gap) }}
      onKeyDown={onKeyDown}
    >
      {items.flatMap(({ index, start }) =>
        // Not in rows: a new video moves the cards, and one that changed its row would be built again.
        ids.slice(index * columns, (index + 1) * columns).map((id, column) => (
          <div
            key={id}
            className="grid-cell"
            style={{
              transform: `translate(${leftOf(column)}px, ${start - box.top}px)`,
              width: leftOf(column + 1) - gap - leftOf(column),
              height: rowHeight - gap,
            }}
          >
            <TaskCard id={id} delayStep={(index * columns + column) % delaySteps} />
          </div>
        )),
      )}
    </div>
  );
}
