/** Runs so many rounds; fewer on a machine so busy that they take longer than this. One at least. */
export async function inRounds(count: number, seconds: number, run: () => Promise<void>): Promise<void> {
  const end = performance.now() + seconds * 1000;
  for (let round = 0; round < count && (round === 0 || performance.now() < end); round += 1) await run();
}
