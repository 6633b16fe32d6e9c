import { isObject } from '../http/respond.ts';

/** A parsed create. */
export interface CreateRequest {
  readonly model: string;
  readonly prompt: string;
  readonly aspect: '16:9' | '9:16';
  readonly resolution: string;
  readonly seconds: number;
  readonly delivery: 'inline' | 'uri';
  /** The content of the request without the bytes of its images, as a poll echoes it. */
  readonly echo: readonly object[];
  readonly isBackground: boolean;
}

/** A create that can be accepted, or the HTTP status and message that refuse it. */
export type ParsedCreate =
  | { readonly kind: 'create'; readonly create: CreateRequest }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string; readonly code?: string };

/** The longest video of each model, in seconds (Google and clients, 2026-09 to 11). */
const models: Readonly<Record<string, number>> = {
  'gemini-omni-1.2-flash': 15,
  'gemini-omni-1.1-flash': 10,
};

/** Models that were shut down (Google's changelog, 2026). */
const retired = /^(?:gemini-omni-flash-preview|veo-)/;

const topLevel = new Set([
  'model',
  'input',
  'background',
  'store',
  'response_format',
  'generation_config',
  'webhook_config',
  'previous_interaction_id',
  'labels',
]);
const formatFields = new Set(['type', 'aspect_ratio', 'resolution', 'duration', 'delivery']);
const configFields = new Set(['video_config', 'seed']);

const imageTypes = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/heic', 'image/heif']);
/** The most images of one request (vendors' pages, 2026-11). */
const maxImages = 6;

const refuse = (message: string, status = 400, code?: string): ParsedCreate => ({
  kind: 'refused',
  status,
  message,
  ...(code !== undefined && { code }),
});
const unknownField = (name: string): ParsedCreate =>
  refuse(`Unknown parameter '${name}'.`, 400, 'parameter_unknown');

/** Reads `POST /v1beta/interactions`, and refuses what Google refuses. */
export function parseCreate(body: Record<string, unknown>): ParsedCreate {
  const { model, input } = body;
  const format = isObject(body['response_format']) ? body['response_format'] : {};
  const config = isObject(body['generation_config']) ? body['generation_config'] : {};
  const unknown =
    Object.keys(body).find((name) => !topLevel.has(name)) ??
    Object.keys(format).find((name) => !formatFields.has(name)) ??
    Object.keys(config).find((name) => !configFields.has(name));
  if (unknown !== undefined) return unknownField(unknown);
  if (typeof model !== 'string') return refuse('model is required.');
  if (retired.test(model)) return refuse(`The model ${model} is no longer available.`, 404, 'not_found');
  const longest = models[model];
  if (longest === undefined) return refuse(`Model ${model} is not found.`, 404, 'model_not_found');
  const parts = readParts(input);
  if (parts === null) return refuse('input is not valid content.');
  const aspect = oneOf(['16:9', '9:16'], format['aspect_ratio'] ?? '16:9');
  const resolution = oneOf(['360p', '720p', '1080p', '4k'], format['resolution'] ?? '720p');
  const delivery = oneOf(['inline', 'uri'], format['delivery'] ?? 'inline');
  const duration = format['duration'] ?? '8s';
  const seconds = typeof duration === 'string' ? /^(\d+)s$/.exec(duration)?.[1] : undefined;
  if (format['type'] !== 'video') return refuse('response_format.type must be video.');
  if (aspect === undefined) return refuse('Invalid aspect_ratio.');
  if (resolution === undefined) return refuse('Invalid resolution.');
  if (delivery === undefined) return refuse('Invalid delivery.');
  if (seconds === undefined || Number(seconds) < 3 || Number(seconds) > longest)
    return refuse('Invalid duration.');
  const task = isObject(config['video_config']) ? config['video_config']['task'] : undefined;
  const wrongTask = whyWrongTask(task, parts);
  if (wrongTask !== null) return refuse(wrongTask);
  return {
    kind: 'create',
    create: {
      model,
      prompt: parts.prompt,
      aspect,
      resolution,
      seconds: Number(seconds),
      delivery,
      echo: parts.echo,
      isBackground: body['background'] === true,
    },
  };
}

const oneOf = <const T extends string>(allowed: readonly T[], value: unknown): T | undefined =>
  allowed.find((option) => option === value);

interface Parts {
  readonly prompt: string;
  readonly images: number;
  readonly echo: readonly object[];
}

/** The text and the number of images; null for anything that is not content. */
function readParts(input: unknown): Parts | null {
  const list = typeof input === 'string' ? [{ type: 'text', text: input }] : input;
  if (!Array.isArray(list)) return null;
  const echo: object[] = [];
  let prompt = '';
  let images = 0;
  for (const part of list as unknown[]) {
    if (!isObject(part)) return null;
    if (part['type'] === 'text' && typeof part['text'] === 'string') {
      prompt += part['text'];
      echo.push({ type: 'text', text: part['text'] });
    } else if (part['type'] === 'image' && isImage(part)) {
      images += 1;
      const { data: _data, ...rest } = part;
      echo.push(rest);
    } else return null;
  }
  return prompt.trim() === '' || images > maxImages ? null : { prompt, images, echo };
}

function isImage(part: Record<string, unknown>): boolean {
  const { data, uri, mime_type: type } = part;
  if (typeof type !== 'string' || !imageTypes.has(type)) return false;
  if (typeof data === 'string')
    return uri === undefined && data.length > 0 && /^[A-Za-z0-9+/]+={0,2}$/.test(data);
  return typeof uri === 'string' && URL.canParse(uri);
}

/** Live clients report that a task that contradicts the images is refused (2026-07). */
function whyWrongTask(task: unknown, { images }: Parts): string | null {
  switch (task) {
    case undefined:
      return null;
    case 'text_to_video':
      return images === 0 ? null : 'text_to_video does not accept images.';
    case 'image_to_video':
      return images === 1 || images === 2 ? null : 'image_to_video requires one or two images.';
    case 'reference_to_video':
      return images > 0 ? null : 'reference_to_video requires images.';
    default:
      return 'Invalid task.';
  }
}
