/** The maximum depth of accepted JSON: the options of providers have three levels. */
export const maxJsonDepth = 32;
/** The most keys of all objects together. Providers' own options have some ten; an error repeats all of an object. */
export const maxJsonKeys = 10_000;

/**
 * The bound that a JSON value is over: lists and objects nested in more levels than so many, or too many keys. Any value
 * is looked at safely.
 */
export function boundExceededBy(value: unknown, levels: number): 'levels' | 'keys' | null {
  const flatKeys = keysIfFlat(value);
  if (flatKeys !== null) return levels < 1 ? 'levels' : flatKeys > maxJsonKeys ? 'keys' : null;
  let level = [value];
  let keys = 0;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > levels) return 'levels';
    const next: unknown[] = [];
    for (const item of level) {
      if (typeof item !== 'object' || item === null) continue;
      const members = Object.values(item as Record<string, unknown>);
      if (!Array.isArray(item)) keys += members.length;
      if (keys > maxJsonKeys) return 'keys';
      for (const member of members) next.push(member);
    }
    level = next;
  }
  return null;
}

/** The number of keys of a flat object, as most variables are; null for any other value. */
function keysIfFlat(value: unknown): number | null {
  if (typeof value !== 'object' || value === null) return null;
  let keys = 0;
  for (const key in value) {
    const member: unknown = value[key as keyof typeof value];
    if (typeof member === 'object' && member !== null) return null;
    keys += 1;
  }
  return keys;
}
