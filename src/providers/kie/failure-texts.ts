import type { TaskErrorCode } from '../../domain/video-task.ts';

/**
 * Causes that messages of Kie name, in refusals of a create and in failed records. A message matches the first of them
 * (Kie docs of code 400, 2026-06; failed records transcribed by a client, 2026-07; texts that clients match, 2026-10).
 */
const causes: readonly (readonly [text: RegExp, code: TaskErrorCode])[] = [
  // "Page does not exist or is not published", "… is no longer available": of a model, not of an image or its address.
  [
    /is not published|^(?!.*(?:\b(?:images?|files?|links?|urls?|audios?|records?)\b|:\/\/)).*\bno longer (?:available|supported|offered)|\bmodel\b.{0,200}? has been (?:retired|discontinued|shut down)/is,
    'MODEL_RETIRED',
  ],
  [
    /image fetch failed|fetch the image|image (?:is )?(?:unreachable|not accessible)|download the image|resource download failed/i,
    'IMAGE_UNREACHABLE',
  ],
  [/credits? insufficient|insufficient (?:account )?(?:credits?|balance)/i, 'INSUFFICIENT_CREDITS'],
  [
    /polic(y|ies)|unsafe|sensitive|prohibited|flagged|moderation|content.?filter|content could not be processed|privacy ?information|contain real person/i,
    'CONTENT_FILTERED',
  ],
  [/only english/i, 'PROVIDER_REJECTED'],
];

/** The cause that a message of Kie names; null where it names none. */
export const errorCodeByText = (text: string): TaskErrorCode | null =>
  causes.find(([cause]) => cause.test(text))?.[1] ?? null;
