import type { HandOver, ProviderImage } from '../../providers/provider.ts';
import { StorageError } from '../../media/storage-error.ts';
import type { ReferenceImage, VideoTask } from '../../domain/video-task.ts';
import { imageUnreachable, uploadGone } from '../user-messages/task-errors.ts';
import type { WorkContext } from '../work-context.ts';

/**
 * Prepares the images of a task for its paid request, before there is an attempt: addresses are checked, and uploads
 * handed to the provider where it requires that first; for a provider that takes bytes, addresses are fetched. Nothing of
 * this is billed, and it may be repeated.
 *
 * @param opened disposes of the images that are read, once the provider needs them no longer
 */
export async function prepareImages(
  context: WorkContext,
  task: VideoTask,
  opened: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<HandOver> {
  const { provider, files } = context;
  try {
    const images =
      provider.takesImageBytes === true
        ? await fetchImages(context, task, opened, signal)
        : await checkAddresses(context, task, opened, signal);
    if (images.kind === 'refused') return images;
    for (const image of task.spec.referenceImages) {
      if (image.url === null && (await files.find(image.mediaKey)) === null)
        return { kind: 'refused', error: uploadGone };
    }
    return provider.handOver === undefined ? images : await provider.handOver(images.images, signal);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { kind: 'unavailable', reason: 'this server cannot read them now', retryAfterMs: null };
  }
}

/** The images of a task, or the refusal of one of them. */
type Prepared = Exclude<HandOver, { kind: 'unavailable' }>;

async function fetchImages(
  context: WorkContext,
  task: VideoTask,
  opened: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<Prepared> {
  const images: ProviderImage[] = [];
  // One after the other: a task has few, and the first that fails ends it.
  for (const image of task.spec.referenceImages) {
    if (image.url === null) {
      images.push(imageOf(context, image, opened));
      continue;
    }
    const fetched = await context.imageSources.fetch(image.url, signal);
    if (fetched.kind === 'unreachable') {
      return { kind: 'refused', error: imageUnreachable(image.url, fetched.reason) };
    }
    const held = opened.use(fetched.image);
    const { contentType, sizeBytes } = held;
    images.push({ kind: 'fetched', contentType, sizeBytes, read: () => held.read() });
  }
  return { kind: 'ready', images };
}

async function checkAddresses(
  context: WorkContext,
  task: VideoTask,
  opened: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<Prepared> {
  const { imageSources } = context;
  const urls = task.spec.referenceImages.flatMap(({ url }) => (url === null ? [] : [url]));
  const reasons = await Promise.all(
    urls.map(async (url) => ({ url, reason: await imageSources.whyUnreachable(url, signal) })),
  );
  for (const { url, reason } of reasons) {
    if (reason !== null) return { kind: 'refused', error: imageUnreachable(url, reason) };
  }
  return { kind: 'ready', images: task.spec.referenceImages.map((image) => imageOf(context, image, opened)) };
}

function imageOf({ files }: WorkContext, image: ReferenceImage, opened: AsyncDisposableStack): ProviderImage {
  if (image.url !== null) return { kind: 'url', url: image.url };
  const { uploadId, mediaKey, contentType } = image;
  return {
    kind: 'upload',
    uploadId,
    fileName: mediaKey,
    contentType,
    open: async () => {
      const file = await files.open(mediaKey, contentType);
      if (file === null) throw new StorageError(new Error('An upload was removed while it was handed over'));
      return opened.use(file).blob;
    },
  };
}
