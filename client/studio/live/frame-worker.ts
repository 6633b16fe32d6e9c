/** A frame to draw as a JPEG of a size. */
export interface FrameOrder {
  readonly id: number;
  readonly frame: VideoFrame;
  readonly width: number;
  readonly height: number;
  readonly quality: number;
}

/** The answer to an order; null: the browser could not draw it. */
export interface DrawnFrame {
  readonly id: number;
  readonly drawn: Blob | null;
}

self.addEventListener('message', ({ data }: MessageEvent<FrameOrder>) => {
  const answer = (drawn: Blob | null) => {
    self.postMessage({ id: data.id, drawn } satisfies DrawnFrame, { transfer: [] });
  };
  draw(data).then(answer, () => answer(null));
});

async function draw({ frame, width, height, quality }: FrameOrder): Promise<Blob | null> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context?.drawImage(frame, 0, 0, width, height);
  frame.close();
  return context === null ? null : canvas.convertToBlob({ type: 'image/jpeg', quality });
}
