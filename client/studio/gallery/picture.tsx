import { useState } from 'react';
import { isMediaLink } from '../base.ts';

interface PictureProps {
  readonly url: string;
  readonly className: string;
  readonly alt?: string;
}

/** A reference image, if the page is allowed to show it; otherwise nothing. */
export function Picture({ url, className, alt = '' }: PictureProps) {
  const [isBroken, setIsBroken] = useState(false);
  if (isBroken || !(url.startsWith('https:') || isMediaLink(url))) return null;
  return (
    <img
      className={className}
      src={url}
      alt={alt}
      loading="lazy"
      referrerPolicy="no-referrer"
      onError={() => setIsBroken(true)}
    />
  );
}
