import type { SeenTask } from '../../live/progress.ts';
import { openKeptList } from './kept-list.ts';
import { wordsOf } from './task-as-draft.ts';

/** Prompts that are kept, and listed. */
const most = 30;
const kept = openKeptList('reelay:prompts', most, (value) => typeof value === 'string');

const distinct = (prompts: readonly string[]): string[] => [
  ...new Set(prompts.map((prompt) => prompt.trim()).filter((prompt) => prompt !== '')),
];

/** Keeps a prompt as the newest one. */
export const rememberPrompt = (prompt: string): void => kept.write(distinct([prompt, ...kept.read()]));

/** Prompts that were used before, newest first: those of this browser, then those of known tasks. */
export const earlierPrompts = (tasks: readonly SeenTask[]): readonly string[] =>
  distinct([...kept.read(), ...tasks.map(({ task }) => wordsOf(task))]).slice(0, most);
