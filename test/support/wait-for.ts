/** Longer than most of these waits take; reaching it is a failure. */
const usualDeadlineMs = 10_000;

/** Waits until a condition holds; fails with what was seen when it never does. */
export async function waitFor<T>(
  what: string,
  look: () => T | Promise<T>,
  holds: (seen: T) => boolean = Boolean,
  deadlineMs = usualDeadlineMs,
): Promise<T> {
  const end = Date.now() + deadlineMs;
  for (;;) {
    const seen = await look();
    if (holds(seen)) return seen;
    if (Date.now() > end) throw new Error(`Waited without result for ${what}; saw ${JSON.stringify(seen)}`);
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}
