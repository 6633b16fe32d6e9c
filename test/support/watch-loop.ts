/** The longest time for which the event loop of this process did not get to a timer, in milliseconds. */
export function watchLoop(): Disposable & { readonly longestMs: () => number } {
  let [longest, last] = [0, performance.now()];
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  return {
    longestMs: () => Math.max(longest, performance.now() - last),
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
