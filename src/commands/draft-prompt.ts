import { message, type Message } from '../domain/messages.ts';
import type { ImageInput } from '../domain/selection.ts';
import type { UserError, UserErrorCode } from '../domain/user-errors/user-error.ts';
import type { Owner, UseCase } from '../domain/video-task.ts';
import type { PromptPicture, PromptWriter } from '../providers/google/text/prompt-writer.ts';
import { DeadlineSignal } from '../time/deadline.ts';
import { BoundedCalls } from './bounded-calls.ts';
import { checkImageUrl, checkText } from './check-input.ts';
import type { Commands } from './command-context.ts';

/** The material of a prompt, as a caller gives it. */
export interface DraftPromptInput {
  readonly referenceImages: readonly ImageInput[];
  readonly useCase: UseCase | null;
  readonly notes: string | null;
}

/** The prompt, or the errors to fix. */
export interface DraftPromptResult {
  readonly prompt: string | null;
  readonly userErrors: readonly UserError[];
}

/** More than any model of videos takes; each is sent along. */
const maxPictures = 10;
/** Google takes 100 MB in a request, in which pictures are a third larger. */
const maxPicturesBytes = 60 * 1024 * 1024;
const maxNotesLength = 10_000;
/** The time of a call, pictures included, in milliseconds. */
const longestCallMs = 60_000;
/** Calls that run at once: each costs money and keeps a connection. */
const bounds = { perOwner: 3, total: 12 };

const failure = (
  code: UserErrorCode,
  reason: Message,
  text: string,
  field: readonly string[] | null,
): DraftPromptResult => ({ prompt: null, userErrors: [{ code, message: text, reason, field }] });

const notAvailable = failure(
  'PROVIDER_NOT_CONFIGURED',
  message('DRAFTS_NOT_CONFIGURED', {}),
  'Prompts are drafted with a model of the Gemini API, and this server has no key of it (GEMINI_API_KEY). Write the prompt yourself.',
  null,
);
const tooMany = failure(
  'RATE_LIMITED',
  message('TOO_MANY_DRAFTS', {}),
  'Too many prompts are being drafted now. Wait until one is done, and try again.',
  null,
);
const tooLarge = failure(
  'BAD_INPUT',
  message('IMAGES_TOO_LARGE', { maxMegabytes: 60 }),
  'The images have more than 60 MB together. Use fewer or smaller ones.',
  ['input', 'referenceImages'],
);

/** A picture whose bytes can be read, or the reason why not. */
type Found =
  | { readonly kind: 'found'; readonly picture: PromptPicture }
  | { readonly kind: 'refused'; readonly result: DraftPromptResult };

/** Drafts prompts from pictures with a language model. Nothing is stored, and no video is made. */
export class PromptDrafts {
  readonly #commands: Commands;
  readonly #calls = new BoundedCalls(bounds);

  constructor(commands: Commands) {
    this.#commands = commands;
  }

  /** True if there is a language model to ask. */
  get areAvailable(): boolean {
    return this.#commands.promptWriter !== null;
  }

  /** Answers within a minute. The model is asked at most once, and only with images that could be read. */
  async draft(owner: Owner, input: DraftPromptInput): Promise<DraftPromptResult> {
    const { promptWriter } = this.#commands;
    if (promptWriter === null) return notAvailable;
    const userErrors = checkDraft(input);
    if (userErrors.length > 0) return { prompt: null, userErrors };
    const drafting = this.#calls.run(owner, () => this.#draft(owner, input, promptWriter));
    if (drafting !== null) return drafting;
    this.#commands.recorder.logRefusal(owner, tooMany.userErrors);
    return tooMany;
  }

  async #draft(owner: Owner, input: DraftPromptInput, writer: PromptWriter): Promise<DraftPromptResult> {
    using deadline = new DeadlineSignal(longestCallMs);
    try {
      return await this.#write(owner, input, writer, deadline.signal);
    } catch (error) {
      if (!deadline.hasPassed) throw error;
      return unavailable('it took longer than a minute');
    }
  }

  async #write(
    owner: Owner,
    { referenceImages, useCase, notes }: DraftPromptInput,
    writer: PromptWriter,
    signal: AbortSignal,
  ): Promise<DraftPromptResult> {
    await using held = new AsyncDisposableStack();
    const pictures: PromptPicture[] = [];
    for (const [index, image] of referenceImages.entries()) {
      const found = await this.#find(owner, image, index, held, signal);
      if (found.kind === 'refused') return found.result;
      pictures.push(found.picture);
      if (pictures.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > maxPicturesBytes) return tooLarge;
    }
    const frame = useCase === null ? null : this.#commands.promptFrames[useCase];
    const written = await writer.write({ pictures, frame, notes: notes?.trim() ?? '' }, signal);
    switch (written.kind) {
      case 'written':
        return { prompt: written.text, userErrors: [] };
      case 'filtered':
        return failure(
          'BAD_INPUT',
          message('DRAFT_FILTERED', {}),
          "Google's content policy refuses these images or notes. Use others, or write the prompt yourself.",
          ['input'],
        );
      case 'unavailable':
        return unavailable(written.reason);
      default:
        return written satisfies never;
    }
  }

  async #find(
    owner: Owner,
    { url, uploadId }: ImageInput,
    index: number,
    held: AsyncDisposableStack,
    signal: AbortSignal,
  ): Promise<Found> {
    const { store, files, images } = this.#commands;
    const field = (name: 'url' | 'uploadId') => ['input', 'referenceImages', String(index), name];
    if (url !== null) {
      const fetched = await images.fetch(new URL(url).href, signal);
      if (fetched.kind === 'unreachable') {
        const { reason } = fetched;
        const text = `The image cannot be fetched: ${reason}. Use an address that is public, or upload the image.`;
        const about = message('IMAGE_URL_UNREACHABLE', { reason });
        return { kind: 'refused', result: failure('BAD_INPUT', about, text, field('url')) };
      }
      return { kind: 'found', picture: held.use(fetched.image) };
    }
    const missing: Found = {
      kind: 'refused',
      result: failure(
        'NOT_FOUND',
        message('UPLOAD_NOT_FOUND', {}),
        'You have no such upload. It may have expired: upload the image again.',
        field('uploadId'),
      ),
    };
    const upload = await store.getUpload(owner, uploadId ?? '');
    if (upload === null) return missing;
    const opened = await files.open(upload.mediaKey, upload.contentType);
    if (opened === null) return missing;
    const { blob } = held.use(opened);
    const picture = { contentType: upload.contentType, sizeBytes: blob.size, read: () => blob.stream() };
    return { kind: 'found', picture };
  }
}

const unavailable = (reason: string): DraftPromptResult =>
  failure(
    'PROVIDER_FAILED',
    message('DRAFT_FAILED', { reason }),
    `The model that drafts prompts gave none: ${reason}. Try again later, or write the prompt yourself.`,
    null,
  );

/** The errors of an input that can be seen without a request. */
function checkDraft({ referenceImages, notes }: DraftPromptInput): UserError[] {
  const errors: UserError[] = [];
  const bad = (reason: Message, text: string, ...path: string[]) =>
    errors.push({ code: 'BAD_INPUT', message: text, reason, field: ['input', 'referenceImages', ...path] });
  if (referenceImages.length === 0) {
    const reason = message('IMAGES_FOR_DRAFT_MISSING', {});
    bad(reason, 'At least one image is required: the prompt is drafted from it.');
  }
  if (referenceImages.length > maxPictures) {
    const reason = message('TOO_MANY_IMAGES', { max: maxPictures });
    bad(reason, `At most ${maxPictures} images are accepted.`);
  }
  for (const [index, { url }] of referenceImages.entries()) {
    if (url !== null) checkImageUrl(url, (reason, text) => bad(reason, text, String(index), 'url'));
  }
  checkText('notes', notes ?? '', maxNotesLength, errors);
  return errors;
}
