import { useLingui } from '@lingui/react/macro';
import { useEffect, useRef, useState } from 'react';
import { uploadImage } from '../api/upload.ts';
import { isMediaLink } from '../base.ts';
import { userErrorText } from '../i18n/user-error.ts';
import { useStudio } from '../studio.ts';
import type { Draft, DraftImage } from './draft.ts';
import { newKey } from './press.ts';

/** An image in the form: uploading, done or failed. */
export interface FormImage {
  readonly id: string;
  readonly name: string;
  /** Null if the page is not allowed to show it. */
  readonly previewUrl: string | null;
  readonly state:
    | { readonly kind: 'uploading'; readonly part: number }
    | { readonly kind: 'done'; readonly image: DraftImage }
    | { readonly kind: 'failed'; readonly reason: string };
}

/** Types that the server accepts, at most 20 MB. It refuses files whose content is of another type. */
export const imageTypes = ['image/jpeg', 'image/png', 'image/webp'];
const maxBytes = 20 * 1024 * 1024;

const nameOf = (url: string): string => {
  const { hostname, pathname } = new URL(url);
  return pathname.split('/').at(-1) || hostname;
};

/** The Content-Security-Policy allows images from https and from the page's own server only. */
const previewOf = (url: string): string | null =>
  url.startsWith('https:') || url.startsWith(`${location.origin}/`) || isMediaLink(url) ? url : null;

const formImageOf = (image: DraftImage): FormImage => ({
  id: newKey(),
  name: nameOf(image.url),
  previewUrl: previewOf(image.url),
  state: { kind: 'done', image },
});

const failed = (name: string, reason: string): FormImage => ({
  id: newKey(),
  name,
  previewUrl: null,
  state: { kind: 'failed', reason },
});

/**
 * The images of the form. Uploads start immediately, each with its progress.
 *
 * @param most how many the model accepts, as of the last render
 */
export function useImages(
  { images: initial, unfinished }: Pick<Draft, 'images' | 'unfinished'>,
  most: { readonly current: number },
) {
  const studio = useStudio();
  const { i18n, t } = useLingui();
  const [images, setImages] = useState(() => [
    ...initial.map(formImageOf),
    ...unfinished.map((name) => failed(name, t`The upload was interrupted. Remove this image.`)),
  ]);
  /** Names of images above the maximum. */
  const [leftOut, setLeftOut] = useState<readonly string[]>([]);
  /** The state after the last change, rendered or not: two changes may come between two renders. */
  const current = useRef(images);
  const uploads = useRef(new Map<string, AbortController>());
  useEffect(() => {
    const running = uploads.current;
    return () => {
      for (const controller of running.values()) controller.abort();
    };
  }, []);

  const put = (next: readonly FormImage[]) => {
    current.current = [...next];
    setImages(current.current);
  };
  const change = (id: string, state: FormImage['state']) =>
    put(current.current.map((image) => (image.id === id ? { ...image, state } : image)));

  async function upload(id: string, file: File): Promise<void> {
    const controller = new AbortController();
    uploads.current.set(id, controller);
    const failure = t`The upload failed. Remove the image and try again.`;
    try {
      const { image, userErrors } = await uploadImage(file, studio.key, {
        onProgress: (part) => change(id, { kind: 'uploading', part }),
        onUnauthenticated: () => studio.refuse(),
        signal: controller.signal,
      });
      const [error] = userErrors;
      if (image !== null) change(id, { kind: 'done', image: { url: image.url, uploadId: image.uploadId } });
      else change(id, { kind: 'failed', reason: error === undefined ? failure : userErrorText(i18n, error) });
    } catch {
      if (!controller.signal.aborted) change(id, { kind: 'failed', reason: failure });
    } finally {
      uploads.current.delete(id);
    }
  }

  /** Adds images up to the maximum. The rest is named in `leftOut`, and nothing is sent until the user has agreed. */
  function add<T>(items: readonly T[], nameOfItem: (item: T) => string, make: (item: T) => FormImage): void {
    if (items.length === 0) return;
    const free = Math.max(0, most.current - current.current.length);
    put([...current.current, ...items.slice(0, free).map(make)]);
    setLeftOut(items.slice(free).map(nameOfItem));
  }

  function addFiles(files: readonly File[]): void {
    add(
      files,
      ({ name }) => name,
      (file) => {
        if (!imageTypes.includes(file.type))
          return failed(file.name, t`Only JPEG, PNG and WebP images are supported.`);
        if (file.size > maxBytes) return failed(file.name, t`The image is larger than 20 MB.`);
        const id = newKey();
        // After the image is in the list that its progress updates.
        queueMicrotask(() => void upload(id, file));
        return {
          id,
          name: file.name,
          previewUrl: URL.createObjectURL(file),
          state: { kind: 'uploading', part: 0 },
        };
      },
    );
  }

  function remove(id: string): void {
    uploads.current.get(id)?.abort();
    put(current.current.filter((image) => image.id !== id));
    setLeftOut([]);
  }

  return {
    images,
    done: images.flatMap(({ state }) => (state.kind === 'done' ? [state.image] : [])),
    unfinished: images.flatMap(({ state, name }) => (state.kind === 'done' ? [] : [name])),
    leftOut,
    acceptLeftOut: () => setLeftOut([]),
    addFiles,
    addUrl: (url: string) => add([url], nameOf, (each) => formImageOf({ url: each, uploadId: null })),
    remove,
  };
}
