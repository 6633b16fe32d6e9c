/** A frame to draw as a JPEG of a size. */
export interface FrameOrder {
  readonly frame: VideoFrame;
  readonly width: number;
  readonly height: number;
  readonly quality: number;
}

// Answers the one order that this worker gets.
self.addEventListener('message', ({ data }: MessageEvent<FrameOrder>) => {
  void draw(data).then((drawn) => self.postMessage(drawn, { transfer: [] }));
});

async function draw({ frame, width, height, quality }: FrameOrder): Promise<Blob | null> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  context?.drawImage(frame, 0, 0, width, height);
  frame.close();
  return context === null ? null : canvas.convertToBlob({ type: 'image/jpeg', quality });
}
