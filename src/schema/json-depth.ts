/** The deepest JSON that is taken: providers' own options have three levels. */
export const maxJsonDepth = 32;

/** Whether lists and objects of a JSON value are nested in more levels than so many. Any depth is looked at safely. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let level = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levels) return true;
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      for (const member of Object.values(item as Record<string, unknown>)) next.push(member);
    }
    level = next;
  }
  return false;
}
