import { isObject, textOf, type Unknowns } from '../../http/json.ts';

/** The id of a task where the contracts put it and in the form that they give it; null elsewhere. */
export function taskIdOf(json: Unknowns): string | null {
  for (const place of [json['data'], json]) {
    if (!isObject(place)) continue;
    const id = textOf(place['taskId']) ?? textOf(place['task_id']) ?? textOf(place['recordId']);
    // A client in the field accepts just these (public source, 2026-10).
    if (id !== null && /^[\w-]{1,160}$/.test(id)) return id;
  }
  return null;
}

/** Names that ids of tasks go by, here or at those of its kin, the likeliest first. */
const idNames = [/^task_?ids?$/i, /^(?:record|job)_?ids?$/i, /^ids?$/i];
const bareRank = idNames.length;
/** Names that may be those of ids where nothing better is found: of a generation, a prediction, a request. */
const laxName = /^(?:task|job)$|(?:I[Dd]|_id|uuid|UUID)s?$/;
const laxRank = bareRank + 1;
/** Deeper answers were never seen; what is deeper is not looked at, and may be anything. */
const maxDepth = 8;
/** More than a person would look up. */
const maxIds = 5;
/** Longer ids were never seen. */
const maxIdLength = 500;

/** True if an answer holds, anywhere, what a task may be found by: a named id, or bare values for its data. */
export function mayNameTask(value: unknown, depth = 0): boolean {
  if (depth > maxDepth) return true;
  if (Array.isArray(value))
    return value.some((item: unknown) => isBare(item) || mayNameTask(item, depth + 1));
  if (!isObject(value)) return false;
  return Object.entries(value).some(
    ([key, inner]) =>
      ((key === 'data' || rankOf(key) < bareRank) && isBare(inner)) || mayNameTask(inner, depth + 1),
  );
}

/**
 * Values that may be the id of a task in a text of any shape, the likeliest first: whole JSON with the id in another place, under
 * another name or in another form, JSON in a string, JSON that was cut, another notation, or a bare string. Total and bounded.
 */
export function possibleTaskIds(answer: string): readonly string[] {
  // UTF-16 that was read as UTF-8 has a NUL beside each letter.
  const text = answer.replaceAll(/[\0\uFFFD]/g, '');
  const found = new Map<string, number>();
  const note = (value: unknown, rank: number) => {
    const id = typeof value === 'number' ? String(value) : textOf(value);
    if (id === null || id.length > maxIdLength) return;
    // A bare value may be a message: ids have no spaces, and nearly all have a digit.
    if (rank >= bareRank && !/^(?=.*\d)[\w.:/-]+$/.test(id)) return;
    found.set(id, Math.min(rank, found.get(id) ?? rank));
  };
  const json = parseExactly(text);
  if (json === undefined) {
    for (const { id, rank } of namedIdsIn(text)) note(id, rank);
    note(text, bareRank);
  } else {
    collect(json, bareRank, 0, note);
  }
  if (found.size === 0) for (const [, id] of text.matchAll(notedId)) note(id, laxRank);
  return [...found]
    .toSorted(([, one], [, other]) => one - other)
    .slice(0, maxIds)
    .map(([id]) => id);
}

/** A named id in JSON that is not whole; what is inside a text is escaped, and not found. */
const namedId =
  /"((?:task|record|job)_?id|id)"\s*:\s*(?:"((?:[^"\\]){1,500})"|(\d{1,40}))(?=\s*[,}\]]|\s*$)/gi;

/** An id that is named in another notation, or in text inside of JSON: a form, XML, quotes of another kind. */
const notedId =
  /\b(?:task|record|job|generation|prediction)[ _-]?(?:uu)?id["'\\]*\s*[:=>]\s*["'\\]*([\w.:/-]{1,500})/gi;

/** The ids that a text of JSON names, whole or not, the likeliest first. */
export function namedIdsIn(text: string): readonly { readonly id: string; readonly rank: number }[] {
  return [...text.matchAll(namedId)]
    .map(([, name = '', quoted, number]) => ({ id: quoted ?? number ?? '', rank: rankOf(name) }))
    .toSorted((one, other) => one.rank - other.rank);
}

function collect(
  value: unknown,
  rank: number,
  depth: number,
  note: (value: unknown, rank: number) => void,
): void {
  if (depth > maxDepth) return;
  if (typeof value === 'string' && /^\s*[{["]/.test(value)) {
    const inner = parseExactly(value);
    if (inner !== undefined) collect(inner, rank, depth + 1, note);
  } else if (Array.isArray(value)) {
    for (const item of value as unknown[]) collect(item, rank, depth + 1, note);
  } else if (isObject(value)) {
    for (const [key, inner] of Object.entries(value)) {
      const named = rankOf(key);
      if (named < bareRank || key === 'data' || (typeof inner === 'object' && inner !== null)) {
        collect(inner, named, depth + 1, note);
      } else if (laxName.test(key)) note(inner, laxRank);
    }
  } else {
    note(value, rank);
  }
}

const rankOf = (key: string): number => {
  const rank = idNames.findIndex((name) => name.test(key));
  return rank === -1 ? bareRank : rank;
};

const isBare = (value: unknown): boolean => typeof value === 'number' || textOf(value) !== null;

/** JSON with whole numbers beyond 2^53 as the text that they are written as: an id must not lose its last digits. */
function parseExactly(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''), (_key, value: unknown, context?: { source?: string }) =>
      typeof value === 'number' && !Number.isSafeInteger(value) ? (context?.source ?? value) : value,
    );
  } catch {
    return undefined;
  }
}
