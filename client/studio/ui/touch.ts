/** True where the main pointer is a finger: nothing can be pointed to without a press, and most likely there are no keys. */
export const isTouch = (): boolean => window.matchMedia('(hover: none)').matches;
