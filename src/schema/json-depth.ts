/** The deepest JSON that is taken: providers' own options have three levels. */
export const maxJsonDepth = 32;

/** Whether lists and objects of a JSON value are nested in more levels than so many. Any depth is looked at safely. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  if (isFlat(value)) return levels < 1;
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

/** Whether it is an object of nothing but strings, numbers and the like, as the variables of most operations are. */
function isFlat(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const key in value) {
    const member: unknown = value[key as keyof typeof value];
    if (typeof member === 'object' && member !== null) return false;
  }
  return true;
}
