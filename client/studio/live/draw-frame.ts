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
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(videoWidth * scale));
  canvas.height = Math.max(1, Math.round(videoHeight * scale));
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.drawImage(video, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', quality);
  });
}
