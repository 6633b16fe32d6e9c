import { useEffect, useRef, useState, type PointerEvent } from 'react';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** An item that is being dragged. */
export interface Dragged {
  readonly from: number;
  /** The position that it would take. */
  readonly to: number;
  /** The way of each item from where it is in the document to where it is shown, in pixels: the others make room. */
  readonly shifts: readonly Point[];
}

/** The position of an item while another one is dragged, if any is. */
export function positionWhile(dragged: Dragged | null, index: number): number {
  if (dragged === null) return index;
  const { from, to } = dragged;
  if (index === from) return to;
  if (index > from && index <= to) return index - 1;
  return index < from && index >= to ? index + 1 : index;
}

/** A press that moves less than this is no drag, in pixels. */
const least = 6;

/**
 * Reorders the children of an element, all of one size, by mouse, pen or touch. The order changes when the pointer is
 * released; Escape cancels.
 *
 * @param onMove called once for a drag that ends on another position
 */
export function useReorder(onMove: (from: number, to: number) => void) {
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const stop = useRef<(() => void) | null>(null);
  useEffect(() => () => stop.current?.(), []);

  /** Begins with the item at an index. @param list the element whose children are the items */
  const begin = (event: PointerEvent, from: number, list: Element | null) => {
    if (event.button !== 0 || list === null || stop.current !== null) return;
    const centres = [...list.children].map((child) => {
      const { left, top, width, height } = child.getBoundingClientRect();
      return { x: left + width / 2, y: top + height / 2 };
    });
    const { clientX, clientY, pointerId } = event;
    const controller = new AbortController();
    const { signal } = controller;
    let last: Dragged | null = null;
    const end = () => {
      controller.abort();
      stop.current = null;
      setDragged(null);
    };
    stop.current = end;
    const move = (to: globalThis.PointerEvent) => {
      if (to.pointerId !== pointerId) return;
      const [x, y] = [to.clientX - clientX, to.clientY - clientY];
      if (last === null && Math.hypot(x, y) < least) return;
      const distances = centres.map((centre) => Math.hypot(centre.x - to.clientX, centre.y - to.clientY));
      const moved = { from, to: distances.indexOf(Math.min(...distances)), shifts: [] };
      const shifts = centres.map((centre, index) => {
        if (index === from) return { x, y };
        const place = centres[positionWhile(moved, index)] ?? centre;
        return { x: place.x - centre.x, y: place.y - centre.y };
      });
      last = { ...moved, shifts };
      setDragged(last);
    };
    const release = (up: globalThis.PointerEvent) => {
      if (up.pointerId !== pointerId) return;
      const result = last;
      end();
      if (result !== null && result.to !== result.from) onMove(result.from, result.to);
    };
    document.addEventListener('pointermove', move, { signal });
    document.addEventListener('pointerup', release, { signal });
    document.addEventListener('pointercancel', end, { signal });
    document.addEventListener('keydown', ({ key }) => key === 'Escape' && end(), { signal });
  };
  return { dragged, begin };
}
