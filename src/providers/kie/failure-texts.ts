import type { TaskErrorCode } from '../../domain/video-task.ts';

/** The cause that a message of Kie names; null where it names none (Kie docs of code 400, 2026-06). */
export function errorCodeByText(text: string): TaskErrorCode | null {
  if (/polic(y|ies)|unsafe|sensitive|prohibited|flagged|moderation|content.?filter/i.test(text)) {
    return 'CONTENT_FILTERED';
  }
  if (/fetch the image|image (?:is )?(?:unreachable|not accessible)|download the image/i.test(text)) {
    return 'IMAGE_UNREACHABLE';
  }
  if (/only english/i.test(text)) return 'PROVIDER_REJECTED';
  return null;
}
