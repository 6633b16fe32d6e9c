import { readFileSync } from 'node:fs';
import { useCases, type UseCase, type VideoSpec } from '../domain/video-task.ts';

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

/** The prompt as it is sent: the use case frames, the caller's own words add; and the length of that frame in it. */
export function framePrompt(
  frames: PromptFrames,
  useCase: UseCase | null,
  words: string,
): Pick<VideoSpec, 'prompt' | 'frameLength'> {
  const prompt = [useCase === null ? '' : frames[useCase], words].filter((part) => part !== '').join('\n\n');
  return { prompt, frameLength: prompt.length - words.length };
}
