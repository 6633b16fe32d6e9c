import type { Task } from '../api/task.ts';

/** The name of a task for people: their own words, then its label, then whatever else it has. */
export const titleOf = ({ userPrompt, prompt, label, providerTaskId }: Task, fallback: string): string =>
  (userPrompt ?? prompt) || label || prompt || providerTaskId || fallback;
