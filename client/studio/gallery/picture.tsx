import { useState, type ReactNode } from 'react';
import { isMediaLink } from '../base.ts';

interface PictureProps {
  readonly url: string;
  readonly className: string;
  readonly alt?: string;
  /** Shown where the image cannot be. */
  readonly fallback?: ReactNode;
}

/** A reference image, if the page is allowed to show it; otherwise its fallback. */
export function Picture({ url, className, alt = '', fallback = null }: PictureProps) {
  const [isBroken, setIsBroken] = useState(false);
  if (isBroken || !(url.startsWith('https:') || isMediaLink(url))) return fallback;
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
