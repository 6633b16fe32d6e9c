import { blankDraft, type Draft } from '../draft.ts';
import { openKeptList } from './kept-list.ts';

/** What a preset keeps of the form: the prompt and the settings, not the images and the label of one product. */
const parts = [
  'prompt',
  'useCase',
  'imagesAs',
  'provider',
  'model',
  'negativePrompt',
  'audio',
  'aspectRatio',
  'durationSeconds',
  'resolution',
  'seed',
  'providerOptions',
  'count',
] as const;

/** Settings and a prompt under a name. */
export interface Preset {
  readonly name: string;
  readonly draft: Pick<Draft, (typeof parts)[number]>;
}

/** The most that are kept. */
export const mostPresets = 50;

const isPreset = (value: unknown): value is Preset =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  typeof value.name === 'string' &&
  'draft' in value &&
  typeof value.draft === 'object' &&
  value.draft !== null;

const kept = openKeptList('reelay:presets', mostPresets, isPreset);

/** The saved presets, newest first. */
export const readPresets = (): readonly Preset[] =>
  // One of an earlier version lacks later settings.
  kept.read().map(({ name, draft }) => ({ name, draft: partsOf({ ...blankDraft, ...draft }) }));

/** Saves the form under a name, in place of the preset of that name. Returns all presets. */
export function savePreset(name: string, draft: Draft): readonly Preset[] {
  kept.write([{ name, draft: partsOf(draft) }, ...readPresets().filter((each) => each.name !== name)]);
  return readPresets();
}

/** Deletes a preset. Returns the others. */
export function deletePreset(name: string): readonly Preset[] {
  kept.write(readPresets().filter((each) => each.name !== name));
  return readPresets();
}

const partsOf = (draft: Draft): Preset['draft'] =>
  Object.fromEntries(parts.map((part) => [part, draft[part]])) as unknown as Preset['draft'];
