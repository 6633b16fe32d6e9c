/**
 * Runs something and counts the iterations of the event loop until it ends: while there is none, no other
 * request is served. Unlike a time, the count is the same on a slow machine.
 */
export async function turnsDuring<Value>(
  run: () => Promise<Value>,
): Promise<{ readonly value: Value; readonly turns: number }> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  try {
    return { value: await run(), turns };
  } finally {
    isOver = true;
  }
}
