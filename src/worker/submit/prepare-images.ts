import type { HandOver, ProviderImage } from '../../providers/provider.ts';
import { StorageError } from '../../media/storage-error.ts';
import type { ReferenceImage, VideoTask } from '../../domain/video-task.ts';
import { imageUnreachable, uploadGone } from '../user-messages/task-errors.ts';
import type { WorkContext } from '../work-context.ts';

/**
 * Prepares the images of a task for its paid request, before there is an attempt: addresses are checked, and uploads
 * handed to the provider where it requires that first. Nothing of this is billed, and it may be repeated.
 *
 * @param opened disposes of the uploads that are read, once the provider needs them no longer
 */
export async function prepareImages(
  context: WorkContext,
  task: VideoTask,
  opened: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<HandOver> {
  const { provider, imageSources, files } = context;
  const urls = task.spec.referenceImages.flatMap(({ url }) => (url === null ? [] : [url]));
  const reasons = await Promise.all(
    urls.map(async (url) => ({ url, reason: await imageSources.whyUnreachable(url, signal) })),
  );
  for (const { url, reason } of reasons) {
    if (reason !== null) return { kind: 'refused', error: imageUnreachable(url, reason) };
  }
  try {
    for (const image of task.spec.referenceImages) {
      if (image.url === null && (await files.find(image.mediaKey)) === null)
        return { kind: 'refused', error: uploadGone };
    }
    const images = task.spec.referenceImages.map((image) => imageOf(context, image, opened));
    return provider.handOver === undefined
      ? { kind: 'ready', images }
      : await provider.handOver(images, signal);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { kind: 'unavailable', reason: 'this server cannot read them now', retryAfterMs: null };
  }
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
