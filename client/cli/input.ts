import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from '@commander-js/extra-typings';
import { referenceImages } from './upload.ts';
import { aspectRatios, enumValue, resolutions } from './names.ts';
import type { Session } from './session.ts';

const useCases = ['product-video', 'hero-image', 'gemstone-closeup', 'luxury-brand', 'general'] as const;
const imageUses = ['auto', 'reference', 'first-frame', 'first-and-last-frame'] as const;
/** Names of the providers on the command line. */
export const providerNames = ['kie', 'google', 'simulator'] as const;

const keysOf = <T extends object>(table: T) => Object.keys(table) as (keyof T)[];
/** Parses a whole number. */
export function parseWhole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Refuses text with "�": a terminal with another encoding than UTF-8 produces it, and it would be paid for. */
export function parseText(text: string): string {
  if (text.includes('\ufffd')) {
    throw new InvalidArgumentError('It must be UTF-8: your terminal or file uses another encoding.');
  }
  return text;
}

/** Parses JSON. A number that cannot be sent exactly is refused. */
function parseJson(text: string): unknown {
  parseText(text);
  try {
    return JSON.parse(text, (key: string, value: unknown) => {
      if (
        typeof value === 'number' &&
        !(Number.isInteger(value) ? Number.isSafeInteger(value) : Number.isFinite(value))
      )
        throw new InvalidArgumentError(
          `The number at "${key}" cannot be sent exactly. Write it as a string.`,
        );
      return value;
    });
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw error;
    throw new InvalidArgumentError('It must be JSON.');
  }
}

const collect = (image: string, before: readonly string[] | undefined): readonly string[] => [
  ...(before ?? []),
  image,
];

/** Adds the options that describe the video. Their combinations are validated by the server. */
export const withInput = (command: Command) =>
  command
    .argument('[prompt]', 'what the video should show; optional with --use-case', parseText)
    .option(
      '-i, --image <file or URL>',
      'reference image, as often as the model accepts images; a file is uploaded, a URL is passed on',
      collect,
    )
    .addOption(new Option('-a, --aspect <ratio>', 'aspect ratio').choices(keysOf(aspectRatios)))
    .option('-d, --duration <seconds>', 'length of the video', parseWhole)
    .addOption(new Option('-r, --resolution <name>', 'resolution').choices(keysOf(resolutions)))
    .addOption(new Option('-p, --provider <name>', 'provider to use').choices(providerNames))
    .option('-m, --model <id>', 'model to use; see "providers"')
    .addOption(
      new Option('-u, --use-case <name>', 'ready-made instructions around the prompt').choices(useCases),
    )
    .addOption(new Option('--images-as <use>', 'how to use the images').choices(imageUses))
    .option('--audio', 'with sound; default: the model\'s, see "providers"')
    .option('--no-audio', 'without sound')
    .option('--negative-prompt <text>', 'what the video must not show, if the model supports it', parseText)
    .option('-l, --label <text>', 'your own note, such as a SKU', parseText)
    .option('-g, --group <text>', 'your own string that binds several videos', parseText)
    .option('--seed <number>', 'for repeatable results, if the model supports it', parseWhole)
    .option('--provider-options <json>', "JSON object merged into the provider's own input", parseJson);

/** Values of those options. */
export interface InputOptions {
  readonly image?: readonly string[] | undefined;
  readonly aspect?: keyof typeof aspectRatios | undefined;
  readonly duration?: number | undefined;
  readonly resolution?: keyof typeof resolutions | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly useCase?: string | undefined;
  readonly imagesAs?: string | undefined;
  readonly audio?: boolean | undefined;
  readonly negativePrompt?: string | undefined;
  readonly label?: string | undefined;
  readonly group?: string | undefined;
  readonly seed?: number | undefined;
  readonly providerOptions?: unknown;
}

/** Builds the input of `generateVideo`; image files are uploaded first. Options that are not given are omitted. */
export async function generateInput(
  { environment, signal }: Session,
  prompt: string | undefined,
  options: InputOptions,
): Promise<Record<string, unknown>> {
  const { image, aspect, resolution, provider, useCase, imagesAs } = options;
  const input = {
    prompt,
    label: options.label,
    group: options.group,
    provider: provider && enumValue(provider),
    model: options.model,
    useCase: useCase && enumValue(useCase),
    imagesAs: imagesAs && enumValue(imagesAs),
    aspectRatio: aspect && aspectRatios[aspect],
    durationSeconds: options.duration,
    resolution: resolution && resolutions[resolution],
    audio: options.audio,
    negativePrompt: options.negativePrompt,
    seed: options.seed,
    providerOptions: options.providerOptions,
    referenceImages: image && (await referenceImages(image, environment, signal)),
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/** An idempotency key for one call: repeated after a lost connection, the call still creates one task. */
export const newIdempotencyKey = (): string => `cli-${randomUUID()}`;
