import { useState } from 'react';
import type { GenerateInput } from '../create/draft.ts';
import type { AddedFile } from './use-image-files.ts';

interface RowImagesProps {
  readonly images: NonNullable<GenerateInput['referenceImages']>;
  readonly files: ReadonlyMap<string, AddedFile>;
}

/** The images of a row, small: the order of the row is that of the images. */
export function RowImages({ images, files }: RowImagesProps) {
  const urls = images.flatMap((image) => {
    if ('url' in image) return [image.url];
    const added = [...files.values()].find(
      (file) => file.kind === 'done' && file.image.uploadId === image.uploadId,
    );
    return added?.kind === 'done' ? [added.image.url] : [];
  });
  return urls.map((url) => <Thumb key={url} url={url} />);
}

function Thumb({ url }: { readonly url: string }) {
  const [isBroken, setIsBroken] = useState(false);
  // The Content-Security-Policy allows https and this server only.
  if (isBroken || !(url.startsWith('https:') || url.startsWith(`${location.origin}/`))) return null;
  return (
    <img
      className="rows-image"
      src={url}
      alt=""
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setIsBroken(true)}
    />
  );
}
