import { exitCodes, type ExitCode } from './failure.ts';
import { clock, columns, money } from './format.ts';
import { aspectRatios, nameOf, namesOf, resolutions } from './names.ts';
import { listProviders, type Provider } from './operations.ts';
import type { Session } from './session.ts';

type Model = Provider['models'][number];

/** Lists the providers, their models and capabilities, in the words that `generate` accepts. */
export async function showProviders({ server, output }: Session): Promise<ExitCode> {
  const { providers } = await server.request(listProviders, {});
  for (const provider of providers) output.result({ type: 'provider', provider }, null);
  const rows = providers
    .filter(({ configured }) => configured)
    .flatMap(({ name, health, models }) =>
      models.map((model) => [
        name.toLowerCase(),
        health,
        model.id,
        money(model.price),
        model.typicalSeconds === null ? '' : `about ${clock(model.typicalSeconds)}`,
        optionsOf(model).join('  '),
      ]),
    );
  output.print(columns(rows));
  return exitCodes.done;
}

/** The options of `generate` that a model accepts, each with its values. */
function optionsOf(model: Model): string[] {
  const { imageUseLimits, requiresImages, audio, successRate, retiredAt, successor } = model;
  const uses = imageUseLimits.map(({ use, min, max }) => `${nameOf(use)} ${range(min, max)}`);
  return [
    `--duration ${lengths(model.durations)}`,
    `--resolution ${namesOf(resolutions, model.resolutions).join('|')}`,
    `--aspect ${namesOf(aspectRatios, model.aspectRatios).join('|')}`,
    ...(audio === 'OPTIONAL' ? ['--audio|--no-audio'] : [audio === 'ALWAYS' ? 'with sound' : 'silent']),
    ...(model.acceptsNegativePrompt ? ['--negative-prompt'] : []),
    ...(model.acceptsSeed ? ['--seed'] : []),
    ...(uses.length > 0 ? [`--image (${uses.join(', ')}${requiresImages ? '; required' : ''})`] : []),
    ...(successRate === null ? [] : [`${Math.round(successRate * 100)} % succeed`]),
    ...(retiredAt === null ? [] : [`retired${successor === null ? '' : `: use ${successor}`}`]),
  ];
}

const range = (first: number, last: number): string => (first === last ? `${first}` : `${first}-${last}`);

/** Lengths as a range where every whole second between the ends is possible. */
function lengths(durations: readonly number[]): string {
  const [first = 0] = durations;
  const last = durations.at(-1) ?? first;
  return durations.length > 2 && last - first === durations.length - 1
    ? range(first, last)
    : durations.join('|');
}
