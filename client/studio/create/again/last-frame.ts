import { drawFrame } from '../../live/draw-frame.ts';

/** How long a video may take to show its last frame, in milliseconds. */
const patienceMs = 30_000;
/** Within the last frame of any usual rate, in seconds. */
const beforeEnd = 0.01;

/**
 * The last frame of a video, as a JPEG in its own size.
 *
 * @throws if the browser cannot load, play or draw the video
 */
export async function lastFrameOf(url: string): Promise<File> {
  const video = document.createElement('video');
  video.crossOrigin = 'anonymous';
  video.muted = true;
  video.preload = 'auto';
  video.playsInline = true;
  try {
    video.src = url;
    await eventOf(video, 'loadedmetadata');
    video.currentTime = Math.max(0, video.duration - beforeEnd);
    await eventOf(video, 'seeked');
    const frame = await drawFrame(video, { longestSide: 4096, quality: 0.95 });
    if (frame === null) throw new Error('The video has no frame that can be read.');
    return new File([frame], 'last-frame.jpg', { type: 'image/jpeg' });
  } finally {
    // Stops the download.
    video.removeAttribute('src');
    video.load();
  }
}

function eventOf(video: HTMLVideoElement, name: 'loadedmetadata' | 'seeked'): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const signal = AbortSignal.timeout(patienceMs);
  video.addEventListener(name, () => resolve(), { once: true, signal });
  video.addEventListener('error', () => reject(video.error ?? new Error('The video cannot be read.')), {
    once: true,
    signal,
  });
  signal.addEventListener('abort', () => reject(signal.reason as Error));
  return promise;
}
