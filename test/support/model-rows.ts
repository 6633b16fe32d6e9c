import { chosenSettings, defaultSettings, usesOf, type VideoModel } from '../../src/domain/video-model.ts';
import type { NamedImageUse } from '../../src/domain/video-model.ts';

const uses: Readonly<Record<NamedImageUse, string>> = {
  FIRST_FRAME: 'first',
  FIRST_AND_LAST_FRAME: 'first and last',
  REFERENCE: 'references',
};
const sounds = { ALWAYS: 'always', OPTIONAL: '`audio`', NEVER: 'never' } as const;

const lengths = (durations: readonly number[]): string => {
  const first = durations[0] ?? 0;
  const last = durations.at(-1) ?? 0;
  return durations.length > 3 && last - first === durations.length - 1
    ? `${first} to ${last}`
    : durations.join(', ');
};

/** The row of a model in docs/providers.md, cell by cell. */
export function modelRow(model: VideoModel): string[] {
  const price = model.price(chosenSettings(model, defaultSettings));
  return [
    `\`${model.id}\``,
    model.label,
    lengths(model.durations),
    model.resolutions.map((name) => name.slice(1)).join(', '),
    sounds[model.audio],
    usesOf(model)
      .map(([use, { max }]) => (use === 'REFERENCE' ? `${uses[use]} (${max})` : uses[use]))
      .join('; '),
    `${price?.credits} (${model.defaultDuration} s, ${model.defaultResolution.slice(1)})`,
  ];
}
