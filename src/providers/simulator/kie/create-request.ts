import { isObject } from '../http/respond.ts';
import { marketCredits } from './market/credits.ts';
import { imagesOf, type MarketSchema, marketSchemas, whyRefused } from './market/schemas.ts';
import { type Envelope, refused } from './responses.ts';
import { type Contract, type TaskFacts, aspects, resolutions, tiers } from './task/task-id.ts';

/** A parsed create, on any contract. */
export interface CreateRequest extends Pick<
  TaskFacts,
  'contract' | 'aspect' | 'seconds' | 'resolution' | 'tier'
> {
  readonly prompt: string;
  readonly model: string;
  readonly images: readonly string[];
  readonly callBackUrl: string | undefined;
  readonly echo: Readonly<Record<string, unknown>>;
  /** What it costs; null: by its tier and resolution. */
  readonly credits: number | null;
}

/** A create that can be accepted, or the envelope that refuses it. */
export type ParsedCreate =
  | { readonly kind: 'create'; readonly create: CreateRequest }
  | { readonly kind: 'refused'; readonly envelope: Envelope };

/** Models of the jobs contract beside those with a schema (Kie docs, 2026-10-07). */
const otherModels = ['veo-3-1', 'gemini-omni-video'];

/** Reads `POST /api/v1/jobs/createTask`: snake_case inside `input` (Kie docs, 2026-10). */
export function parseJobsCreate(body: Record<string, unknown>): ParsedCreate {
  const model = body['model'];
  const input = isObject(body['input']) ? body['input'] : {};
  const schema =
    typeof model === 'string' && Object.hasOwn(marketSchemas, model) ? marketSchemas[model] : undefined;
  if (schema !== undefined) return parseMarket(String(model), schema, body, input);
  if (typeof model !== 'string' || !otherModels.includes(model)) {
    return refuse('Page does not exist or is not published');
  }
  const fields = {
    aspect: input['aspect_ratio'],
    images: input['image_urls'] ?? [],
    tier: input['model'],
  };
  // As recorded, `input` is echoed as a JSON string inside the JSON string `param`.
  return parse('jobs', { ...input, ...fields }, model, body['callBackUrl'], { ...body, input });
}

/** A model of the market, whose schema decides. Its result has one form at any resolution. */
function parseMarket(
  model: string,
  schema: MarketSchema,
  body: Record<string, unknown>,
  input: Record<string, unknown>,
): ParsedCreate {
  const why = whyRefused(schema, input);
  if (why !== null) return refuse(why);
  const fields = {
    prompt: input['prompt'],
    aspect: aspectOf(input['aspect_ratio'] ?? input['ratio']),
    duration: Math.min(15, Math.max(1, Number(input['duration'] ?? 5))),
  };
  const parsed = parse('jobs', { ...fields, images: [] }, model, body['callBackUrl'], { ...body, input });
  if (parsed.kind === 'refused') return parsed;
  const images = imagesOf(schema, input);
  return { kind: 'create', create: { ...parsed.create, images, credits: marketCredits(model, input) } };
}

/** The sample with the nearest shape. */
function aspectOf(ratio: unknown): TaskFacts['aspect'] {
  const [, width = '16', height = '9'] = /^(\d+):(\d+)$/.exec(String(ratio)) ?? [];
  return width === height ? '1:1' : Number(width) < Number(height) ? '9:16' : '16:9';
}

/** Reads `POST /api/v1/veo/generate`: camelCase, echoed with its defaults (recorded Kie traffic, 2026-08-06). */
export function parseVeoCreate(body: Record<string, unknown>): ParsedCreate {
  const model = oneOf(tiers, body['model'] ?? 'veo3_fast');
  const images = body['imageUrls'] ?? [];
  const aspect = body['aspect_ratio'] ?? body['aspectRatio'] ?? '16:9';
  const count = Array.isArray(images) ? images.length : 0;
  const { aspect_ratio: _snake, ...rest } = body;
  const echo = {
    duration: 8,
    enableTranslation: true,
    generationType:
      ['TEXT_2_VIDEO', 'FIRST_AND_LAST_FRAMES_2_VIDEO', 'FIRST_AND_LAST_FRAMES_2_VIDEO'][count] ??
      'REFERENCE_2_VIDEO',
    enableFallback: false,
    resolution: '720p',
    ...rest,
    aspectRatio: aspect,
    model,
  };
  return parse(
    'veo',
    { ...body, aspect, images, tier: model ?? body['model'] },
    model ?? '',
    body['callBackUrl'],
    echo,
  );
}

function parse(
  contract: Contract,
  fields: Record<string, unknown>,
  model: string,
  callBackUrl: unknown,
  echo: Record<string, unknown>,
): ParsedCreate {
  const { prompt, images } = fields;
  if (typeof prompt !== 'string' || prompt.trim() === '') return refuse('Please enter prompt');
  const aspect = oneOf(aspects, fields['aspect'] ?? '16:9');
  const resolution = oneOf(resolutions, fields['resolution'] ?? '720p');
  const tier = oneOf(tiers, fields['tier'] ?? 'veo3_fast');
  const seconds = Number(fields['duration'] ?? 8);
  const hasImages =
    Array.isArray(images) && images.length <= 3 && images.every((image) => typeof image === 'string');
  // The texts of these refusals are ours: Kie's are not published.
  if (!aspect) return refuse('aspect_ratio is not within the range of allowed options');
  if (!resolution) return refuse('resolution is not within the range of allowed options');
  if (!tier) return refuse('model is not within the range of allowed options');
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 15)
    return refuse('duration is not within the range of allowed options');
  if (!hasImages) return refuse('image_urls must be a list of at most 3 URLs');
  const to = typeof callBackUrl === 'string' && URL.canParse(callBackUrl) ? callBackUrl : undefined;
  return {
    kind: 'create',
    create: {
      contract,
      prompt,
      model,
      images,
      callBackUrl: to,
      echo,
      aspect,
      resolution,
      tier,
      seconds,
      credits: null,
    },
  };
}

function oneOf<T extends string>(allowed: readonly T[], value: unknown): T | undefined {
  return allowed.find((option) => option === value);
}

function refuse(msg: string): ParsedCreate {
  return { kind: 'refused', envelope: refused(422, msg) };
}
