import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { uploadImage } from '../api/upload.ts';
import { userErrorText } from '../i18n/user-error.ts';
import { useStudio } from '../studio.ts';
import type { DraftImage } from './draft.ts';
import { maxImages } from './fit.ts';
import { newKey } from './press.ts';

/** An image in the form, on its way or there. */
export interface FormImage {
  readonly id: string;
  readonly name: string;
  /** Null where the page may not show it. */
  readonly previewUrl: string | null;
  readonly state:
    | { readonly kind: 'uploading'; readonly part: number }
    | { readonly kind: 'done'; readonly image: DraftImage }
    | { readonly kind: 'failed'; readonly reason: string };
}

/** The server takes these (20 MB at most), and says so itself for files that only pretend. */
export const imageTypes = ['image/jpeg', 'image/png', 'image/webp'];
const maxBytes = 20 * 1024 * 1024;

const nameOf = (url: string): string => {
  const { hostname, pathname } = new URL(url);
  return pathname.split('/').at(-1) || hostname;
};

/** The page may load pictures from https and from its own server only. */
const previewOf = (url: string): string | null =>
  url.startsWith('https:') ||
  url.startsWith(`${location.origin}/`) ||
  new URL(url).pathname.startsWith('/media/')
    ? url
    : null;

const formImageOf = (image: DraftImage): FormImage => ({
  id: newKey(),
  name: nameOf(image.url),
  previewUrl: previewOf(image.url),
  state: { kind: 'done', image },
});

/** The images of the form: uploads begin at once, each with its progress. */
export function useImages(initial: readonly DraftImage[]) {
  const studio = useStudio();
  const { i18n, t } = useLingui();
  const [images, setImages] = useState(() => initial.map(formImageOf));
  const uploads = useRef(new Map<string, AbortController>());
  useEffect(() => {
    const running = uploads.current;
    return () => {
      for (const controller of running.values()) controller.abort();
    };
  }, []);

  const change = (id: string, state: FormImage['state']) =>
    setImages((now) => now.map((image) => (image.id === id ? { ...image, state } : image)));

  async function upload(id: string, file: File): Promise<void> {
    const controller = new AbortController();
    uploads.current.set(id, controller);
    try {
      const { image, userErrors } = await uploadImage(file, studio.key, {
        onProgress: (part) => change(id, { kind: 'uploading', part }),
        onUnauthenticated: () => studio.refuse(),
        signal: controller.signal,
      });
      const [error] = userErrors;
      if (image !== null) change(id, { kind: 'done', image: { url: image.url, uploadId: image.uploadId } });
      else change(id, { kind: 'failed', reason: error === undefined ? '' : userErrorText(i18n, error) });
    } catch {
      if (!controller.signal.aborted) {
        change(id, { kind: 'failed', reason: t`The image did not arrive. Remove it and try again.` });
      }
    } finally {
      uploads.current.delete(id);
    }
  }

  function addFiles(files: readonly File[]): void {
    const fresh = files.slice(0, maxImages - images.length).map((file) => {
      const image: FormImage = {
        id: newKey(),
        name: file.name,
        previewUrl: imageTypes.includes(file.type) ? URL.createObjectURL(file) : null,
        state: !imageTypes.includes(file.type)
          ? { kind: 'failed', reason: t`Only JPEG, PNG and WebP images can be used.` }
          : file.size > maxBytes
            ? { kind: 'failed', reason: t`The image is larger than 20 MB.` }
            : { kind: 'uploading', part: 0 },
      };
      if (image.state.kind === 'uploading') void upload(image.id, file);
      return image;
    });
    if (fresh.length > 0) setImages((now) => [...now, ...fresh].slice(0, maxImages));
  }

  function remove(id: string): void {
    uploads.current.get(id)?.abort();
    setImages((now) => now.filter((image) => image.id !== id));
  }

  return {
    images,
    done: images.flatMap(({ state }) => (state.kind === 'done' ? [state.image] : [])),
    addFiles,
    addUrl: (url: string) =>
      setImages((now) => [...now, formImageOf({ url, uploadId: null })].slice(0, maxImages)),
    remove,
  };
}
