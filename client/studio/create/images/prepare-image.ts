/** An image that can be uploaded, or the reason why the file cannot be used. */
export type PreparedImage =
  | {
      readonly kind: 'ready';
      readonly file: File;
      /** The change that the user is told about; null for the file as it was given. */
      readonly change: 'converted' | 'scaled' | null;
    }
  | { readonly kind: 'refused'; readonly reason: 'noImage' | 'unreadable' };

/** The server's limit for an image. */
const maxBytes = 20 * 1024 * 1024;
/** The longest side of an image that is drawn again, in pixels: twice that of the largest video. */
const longestSide = 4096;
/** Quality of the JPEG; each attempt that is still too large takes a smaller picture. */
const quality = 0.92;
const scales = [1, 0.75, 0.5, 0.35];

/** Types by their first bytes, as the server accepts them; a name may say something else than the content. */
const signatures: readonly ((bytes: Uint8Array) => boolean)[] = [
  (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff,
  (bytes) => textOf(bytes, 1, 4) === 'PNG',
  (bytes) => textOf(bytes, 0, 4) === 'RIFF' && textOf(bytes, 8, 12) === 'WEBP',
];
const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  String.fromCharCode(...bytes.subarray(start, end));

/** Formats without a type in some browsers, such as HEIC on Windows. */
const imageName = /\.(?:avif|bmp|gif|hei[cf]|jfif|jpe?g|png|svg|tiff?|webp)$/i;

/**
 * Makes a file that the server accepts: JPEG, PNG and WebP up to 20 MB as they are, larger ones scaled down, and every
 * other format that this browser shows as a JPEG.
 */
export async function prepareImage(file: File): Promise<PreparedImage> {
  const bytes = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const isAccepted = signatures.some((matches) => matches(bytes));
  if (isAccepted && file.size <= maxBytes) return { kind: 'ready', file, change: null };
  if (!isAccepted && !file.type.startsWith('image/') && !imageName.test(file.name))
    return { kind: 'refused', reason: 'noImage' };
  const drawn = await drawAsJpeg(file).catch(() => null);
  if (drawn === null) return { kind: 'refused', reason: 'unreadable' };
  const name = `${file.name.replace(/\.[^.]*$/, '')}.jpg`;
  return {
    kind: 'ready',
    file: new File([drawn], name, { type: 'image/jpeg' }),
    change: isAccepted ? 'scaled' : 'converted',
  };
}

/** The file as a JPEG within the limits; null if even the smallest is too large. Rejects if it cannot be read. */
async function drawAsJpeg(file: File): Promise<Blob | null> {
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    image.src = url;
    await image.decode();
    // A drawing without a size of its own.
    const [width, height] = [image.naturalWidth || 1024, image.naturalHeight || 1024];
    const fit = Math.min(1, longestSide / Math.max(width, height));
    for (const scale of scales) {
      const blob = await jpegOf(image, Math.round(width * fit * scale), Math.round(height * fit * scale));
      if (blob !== null && blob.size <= maxBytes) return blob;
    }
    return null;
  } finally {
    URL.revokeObjectURL(url);
  }
}

function jpegOf(image: HTMLImageElement, width: number, height: number): Promise<Blob | null> {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, width);
  canvas.height = Math.max(1, height);
  const context = canvas.getContext('2d');
  if (context === null) return Promise.resolve(null);
  // JPEG has no transparency; it would become black.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', quality);
  });
}
