import { readFileSync } from 'node:fs';
import { useCases, type UseCase } from '../domain/video-task.ts';

/** The text that frames a prompt, for each use case; kept as files in the folder `prompts`. */
export type PromptFrames = Readonly<Record<UseCase, string>>;

/** Reads the frames once, at start. */
export function readPromptFrames(): PromptFrames {
  return Object.fromEntries(
    useCases.map((useCase) => {
      const file = `./prompts/${useCase.toLowerCase().replaceAll('_', '-')}.txt`;
      return [useCase, readFileSync(new URL(file, import.meta.url), 'utf8').trim()];
    }),
  ) as PromptFrames;
}

/** The prompt as it is sent: the use case frames, the caller's own words add. */
export function framePrompt(frames: PromptFrames, useCase: UseCase | null, prompt: string): string {
  return [useCase === null ? '' : frames[useCase], prompt].filter((part) => part !== '').join('\n\n');
}
