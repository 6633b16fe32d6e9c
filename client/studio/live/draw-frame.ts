import type { DrawnFrame, FrameOrder } from './frame-worker.ts';

/** Of a poster. The longest side in pixels: a card is 400 wide at most, on screens of two or three pixels for one. */
const poster = { longestSide: 1280, quality: 0.8 };

/** The frame that a player shows, as a JPEG; null where the browser has none, or may not read it. */
export async function drawFrame(
  video: HTMLVideoElement,
  { longestSide, quality }: { readonly longestSide: number; readonly quality: number } = poster,
): Promise<Blob | null> {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || videoHeight === 0) return null;
  const scale = Math.min(1, longestSide / Math.max(videoWidth, videoHeight));
  const width = Math.max(1, Math.round(videoWidth * scale));
  const height = Math.max(1, Math.round(videoHeight * scale));
  // Outside of a secure context there are no frames that a worker could have.
  return 'VideoFrame' in window
    ? drawInWorker({ id: ++orders, frame: new VideoFrame(video), width, height, quality })
    : drawHere(video, width, height, quality);
}

let orders = 0;
let worker: Worker | null = null;

/**
 * Reading what was drawn waits until the graphics processor has drawn everything else, which takes seconds where that is a
 * program. The page does not stand still for that long: one worker, for as long as the page, waits.
 */
function drawInWorker(order: FrameOrder): Promise<Blob | null> {
  worker ??= new Worker(new URL('./frame-worker.ts', import.meta.url), { type: 'module' });
  const drawing = worker;
  const { promise, resolve, reject } = Promise.withResolvers<Blob | null>();
  const stops = new AbortController();
  const { signal } = stops;
  const take = ({ data: { id, drawn } }: MessageEvent<DrawnFrame>) => {
    if (id === order.id) resolve(drawn);
  };
  drawing.addEventListener('message', take, { signal });
  drawing.addEventListener('error', () => reject(new Error('The frame could not be drawn.')), { signal });
  drawing.postMessage(order, [order.frame]);
  return promise.finally(() => stops.abort());
}

function drawHere(
  video: HTMLVideoElement,
  width: number,
  height: number,
  quality: number,
): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) return Promise.resolve(null);
  context.drawImage(video, 0, 0, width, height);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', quality);
  });
}
