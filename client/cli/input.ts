import { randomUUID } from 'node:crypto';
import { InvalidArgumentError, Option, type Command } from '@commander-js/extra-typings';
import { referenceImages } from './upload.ts';
import type { Session } from './session.ts';

const aspectRatios = {
  '16:9': 'LANDSCAPE_16_9',
  '9:16': 'PORTRAIT_9_16',
  '1:1': 'SQUARE_1_1',
  auto: 'AUTO',
} as const;
const resolutions = { '360p': 'P360', '720p': 'P720', '1080p': 'P1080', '4k': 'P2160' } as const;
const useCases = ['product-video', 'hero-image', 'gemstone-closeup', 'luxury-brand', 'general'] as const;
const imageUses = ['auto', 'reference', 'first-frame', 'first-and-last-frame'] as const;
/** Who makes videos, as people write it. */
export const providerNames = ['kie', 'google', 'simulator'] as const;

const keysOf = <T extends object>(table: T) => Object.keys(table) as (keyof T)[];
/** The server's spelling of a word of the command line. */
export const constant = (word: string): string => word.toUpperCase().replaceAll('-', '_');

/** A whole number. */
export function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It wants a whole number.');
  return Number(text);
}

/** Text as it was typed: a terminal in another encoding than UTF-8 turns letters into "�", and that would be paid for. */
export function plainText(text: string): string {
  if (text.includes('\ufffd')) {
    throw new InvalidArgumentError('It must be UTF-8: your terminal or file uses another encoding.');
  }
  return text;
}

/** JSON as it is written. A number that would be sent as another one or as null is refused. */
function json(text: string): unknown {
  plainText(text);
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

/** Options that say what to make. What they allow in combination is the server's matter. */
export const withInput = (command: Command) =>
  command
    .argument('[prompt]', 'what the video shows; may be left out with --use-case', plainText)
    .option(
      '-i, --image <file or address>',
      'reference image, up to three times; a file is uploaded, an address is passed on',
      collect,
    )
    .addOption(new Option('-a, --aspect <ratio>', 'width to height').choices(keysOf(aspectRatios)))
    .option('-d, --duration <seconds>', 'length', whole)
    .addOption(new Option('-r, --resolution <lines>', 'lines of the picture').choices(keysOf(resolutions)))
    .addOption(new Option('-p, --provider <name>', 'who makes it').choices(providerNames))
    .option('-m, --model <id>', 'with which model; see "providers"')
    .addOption(new Option('-u, --use-case <name>', 'a ready frame for the prompt').choices(useCases))
    .addOption(new Option('--images-as <use>', 'what the images are for').choices(imageUses))
    .option('-l, --label <text>', 'free text for yourself, such as a SKU', plainText)
    .option('--seed <number>', 'for repeatable results, where the model takes one', whole)
    .option('--provider-options <json>', "an object merged into the provider's own input", json);

/** What those options say. */
export interface InputOptions {
  readonly image?: readonly string[] | undefined;
  readonly aspect?: keyof typeof aspectRatios | undefined;
  readonly duration?: number | undefined;
  readonly resolution?: keyof typeof resolutions | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly useCase?: string | undefined;
  readonly imagesAs?: string | undefined;
  readonly label?: string | undefined;
  readonly seed?: number | undefined;
  readonly providerOptions?: unknown;
}

/** The input of `generateVideo`; images are handed in first. What was not said is left to the server. */
export async function generateInput(
  { environment, signal }: Session,
  prompt: string | undefined,
  options: InputOptions,
): Promise<Record<string, unknown>> {
  const { image, aspect, resolution, provider, useCase, imagesAs } = options;
  const input = {
    prompt,
    label: options.label,
    provider: provider && constant(provider),
    model: options.model,
    useCase: useCase && constant(useCase),
    imagesAs: imagesAs && constant(imagesAs),
    aspectRatio: aspect && aspectRatios[aspect],
    durationSeconds: options.duration,
    resolution: resolution && resolutions[resolution],
    seed: options.seed,
    providerOptions: options.providerOptions,
    referenceImages: image && (await referenceImages(image, environment, signal)),
  };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

/** A key of this call alone: sent again after a lost connection, it still makes one task. */
export const newIdempotencyKey = (): string => `cli-${randomUUID()}`;
