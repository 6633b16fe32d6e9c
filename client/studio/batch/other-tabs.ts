const name = 'reelay:batch';

/** Null outside of a secure context. There, the keys alone keep two tabs from paying twice. */
const locks = (): LockManager | null => ('locks' in navigator ? navigator.locks : null);

/** Runs `act` unless another tab of this browser is sending. Returns whether it was run. */
export async function sendAlone(act: () => Promise<void>): Promise<boolean> {
  const manager = locks();
  if (manager === null) {
    await act();
    return true;
  }
  return manager.request(name, { ifAvailable: true }, async (lock) => {
    if (lock !== null) await act();
    return lock !== null;
  });
}

/** True while a tab of this browser is sending. */
export async function isBeingSent(): Promise<boolean> {
  const held = (await locks()?.query())?.held ?? [];
  return held.some((lock) => lock.name === name);
}

/** Resolves when no tab is sending any more, because it has ended, was paused or was closed. */
export async function sendingEnds(): Promise<void> {
  await locks()?.request(name, () => undefined);
}
