/**
 * Watches for how long the event loop of this process does not get to its timers, in milliseconds of CPU time of this
 * thread: what other processes take from a busy machine does not count, nor do waits for a disk.
 */
export function watchLoop(): Disposable & { readonly longestMs: () => number } {
  let longest = 0;
  let last = cpuMs();
  const look = () => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
  };
  const timer = setInterval(look, 5);
  return {
    longestMs: () => {
      look();
      return longest;
    },
    [Symbol.dispose]: () => clearInterval(timer),
  };
}

/** CPU time of this thread so far, in milliseconds: other processes on a busy machine do not count. */
export function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
