/** An object from outside, of unknown content. */
export type Unknowns = { readonly [key: string]: unknown };

/** True if a value is an object other than an array. */
export const isObject = (value: unknown): value is Unknowns =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Text that is not empty, else null. */
export const textOf = (value: unknown): string | null =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : null;

/** A finite number, also as text (Kie's docs and its traffic disagree in places), else null. */
export function numberOf(value: unknown): number | null {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : null;
}

/** A value that may come as itself or as JSON text of itself. */
export function unwrapJson(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** The same where something else may follow the JSON text, which is ignored. */
export function unwrapLeadingJson(value: unknown): unknown {
  const whole = unwrapJson(value);
  if (typeof whole !== 'string') return whole;
  const end = endOfFirstValue(whole);
  return end === null ? whole : unwrapJson(whole.slice(0, end));
}

/** The end of the object or list that a text begins with; null for any other text, and for one that was cut. */
function endOfFirstValue(text: string): number | null {
  if (!/^\s*[{[]/.test(text)) return null;
  let depth = 0;
  // A string with its escapes, or one bracket.
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"?|[{}[\]]/gs)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    if (depth === 0) return index + 1;
  }
  return null;
}

/** JSON from outside, with or without a byte order mark; undefined for anything else. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text);
  } catch {
    return undefined;
  }
}
