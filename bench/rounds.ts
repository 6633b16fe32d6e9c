/** Runs this number of rounds, or fewer when they take longer than the limit. At least one. */
export async function inRounds(count: number, seconds: number, run: () => Promise<void>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (let round = 0; round < count && (round === 0 || performance.now() < end); round += 1) await run();
}
