import { isObject, textOf, unwrapJson, unwrapLeadingJson, type Unknowns } from '../../http/json.ts';

/** A link anywhere in a text. Bounded, because the text is untrusted. */
const link = /https?:\/\/[^\s"'<>\\]{1,2000}/gi;
/** One that ends like a video. */
const videoLink = /^https?:\/\/[^?#]+\.(?:mp4|mov|webm|m4v)(?:[?#].*)?$/i;
/** Characters that close a link in a list that is not even JSON, as in `"[http://example.com/video1.mp4]"` (Kie docs, 2026-06). */
const closing = /[\]),}]+$/;

/** The echoed request, and the lower resolution beside a higher one, a frame or a preview of it, are never results. */
const notResults =
  /^(?:param|param_?json|prompt|prompt_?json|input|call_?back_?url|image.*|preview.*|thumb.*|(?:first|last)_?frame.*|origin.*|request.*|msg|message)$/i;

/** Members of that kind in JSON that was cut off. */
const notResultMember =
  /"(?:param|prompt|origin|preview|thumb|image|(?:first|last)_?frame)\w*\\?"\s*:\s*(?:\[[^\]]*\]?|\\?"[^"]*"?)/gi;

/** The depth to which a body is searched: the deepest shape on record has five levels. */
const maxDepth = 8;

/**
 * The link to the finished video: from the places that the contracts and the seed name, in that order, and
 * last, only where the answer says success, from a search of the whole body.
 */
export function videoUrlOf(json: Unknowns, record: Unknowns, saysSuccess: boolean): string | null {
  const result = unwrapLeadingJson(record['resultJson']);
  const places = [
    // jobs: `resultUrls`, and at 1080p and 4k `data.result_urls` (Kie docs, 2026-10).
    ...(isObject(result) ? [...lists(result['data']), ...lists(result)] : [result]),
    // veo: in `response`, after an extension in `fullResultUrls`; callbacks have `info` (Kie docs, 2026-06).
    ...lists(record['response']),
    ...lists(record['info']),
    ...lists(record),
    // The seed's seven places.
    ...named(json['result']),
    ...named(record['result']),
    ...named(json),
    ...named(record),
  ];
  for (const place of places) {
    const url = firstUrl(place);
    if (url !== null) return url;
  }
  for (const url of [record['url'], json['url']]) {
    const text = textOf(url);
    if (text !== null && videoLink.test(text) && URL.canParse(text)) return text;
  }
  return saysSuccess ? search(json, 0) : null;
}

/** The first frame of the video, which `resultJson` of some models has beside it (Kie docs, 2026-10). */
export function firstFrameOf(record: Unknowns): string | null {
  const result = unwrapLeadingJson(record['resultJson']);
  return isObject(result) ? firstUrl(result['firstFrameUrl']) : null;
}

/** The first link of the lists that the contracts name, as a record's `response` has them. */
export function listedUrl(value: unknown): string | null {
  for (const list of lists(value)) {
    const url = firstUrl(list);
    if (url !== null) return url;
  }
  return null;
}

function lists(value: unknown): unknown[] {
  const unwrapped = unwrapJson(value);
  if (!isObject(unwrapped)) return [];
  return [
    unwrapped['fullResultUrls'],
    unwrapped['resultUrls'],
    unwrapped['result_urls'],
    unwrapped['resultUrl'],
  ];
}

function named(value: unknown): unknown[] {
  if (!isObject(value)) return [];
  return [value['video_url'], value['videoUrl'], value['video']];
}

/** From an array, a text, or the JSON text of an array. */
function firstUrl(value: unknown): string | null {
  const unwrapped = unwrapJson(value);
  for (const item of Array.isArray(unwrapped) ? (unwrapped as unknown[]) : [unwrapped]) {
    const text = textOf(item);
    if (text !== null && /^https?:\/\//i.test(text) && URL.canParse(text)) return text;
  }
  return null;
}

function firstVideoLink(text: string): string | null {
  for (const [found] of text.replaceAll(notResultMember, '').matchAll(link)) {
    const url = found.replace(closing, '');
    if (videoLink.test(url) && URL.canParse(url)) return url;
  }
  return null;
}

function search(value: unknown, depth: number): string | null {
  if (depth > maxDepth) return null;
  const unwrapped = unwrapLeadingJson(value);
  if (typeof unwrapped === 'string') return firstVideoLink(unwrapped);
  if (typeof unwrapped !== 'object' || unwrapped === null) return null;
  for (const [key, inner] of Object.entries(unwrapped)) {
    const url = notResults.test(key) ? null : search(inner, depth + 1);
    if (url !== null) return url;
  }
  return null;
}
