import { useLingui } from '@lingui/react/macro';
import { useCallback, useEffect, useRef, useState } from 'react';
import { uploadImage } from '../../api/upload.ts';
import { isMediaLink } from '../../base.ts';
import { userErrorText } from '../../i18n/user-error.ts';
import { useStudio } from '../../studio.ts';
import type { Draft, DraftImage } from '../draft.ts';
import { newKey } from '../press.ts';
import { prepareImage } from './prepare-image.ts';

/** An image in the form: uploading, done or failed. */
export interface FormImage {
  readonly id: string;
  readonly name: string;
  /** Null if the page is not allowed to show it. */
  readonly previewUrl: string | null;
  /** What was done to the file before it was uploaded; null if nothing. */
  readonly note: string | null;
  readonly state:
    | { readonly kind: 'uploading'; readonly part: number }
    | { readonly kind: 'done'; readonly image: DraftImage }
    | { readonly kind: 'failed'; readonly reason: string };
}

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
  note: null,
  state: { kind: 'done', image },
});

const failed = (name: string, reason: string): FormImage => ({
  id: newKey(),
  name,
  previewUrl: null,
  note: null,
  state: { kind: 'failed', reason },
});

/**
 * The images of the form, in their order. Uploads start immediately, each with its progress.
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

  const put = useCallback((next: readonly FormImage[]) => {
    current.current = [...next];
    setImages(current.current);
  }, []);
  const change = (id: string, part: Partial<FormImage>) =>
    put(current.current.map((image) => (image.id === id ? { ...image, ...part } : image)));

  async function upload(id: string, original: File): Promise<void> {
    const controller = new AbortController();
    uploads.current.set(id, controller);
    const fail = (reason: string) => change(id, { state: { kind: 'failed', reason } });
    const failure = t`The upload failed. Remove the image and try again.`;
    try {
      const prepared = await prepareImage(original);
      if (controller.signal.aborted) return;
      if (prepared.kind === 'refused') {
        fail(
          prepared.reason === 'noImage'
            ? t`Only images are supported, such as JPEG, PNG and WebP.`
            : t`This browser cannot read this image. Save it as JPEG or PNG first.`,
        );
        return;
      }
      if (prepared.change !== null) {
        const note =
          prepared.change === 'converted'
            ? t`${original.name} was converted to JPEG.`
            : t`${original.name} was larger than 20 MB and was scaled down.`;
        change(id, { note, previewUrl: URL.createObjectURL(prepared.file) });
      }
      const { image, userErrors } = await uploadImage(prepared.file, studio.key, {
        onProgress: (part) => change(id, { state: { kind: 'uploading', part } }),
        onUnauthenticated: () => studio.refuse(),
        signal: controller.signal,
      });
      const [error] = userErrors;
      if (image !== null) {
        change(id, { state: { kind: 'done', image: { url: image.url, uploadId: image.uploadId } } });
      } else {
        fail(error === undefined ? failure : userErrorText(i18n, error));
      }
    } catch {
      if (!controller.signal.aborted) fail(failure);
    } finally {
      uploads.current.delete(id);
    }
  }

  /** Adds images up to the maximum. The rest is named in `leftOut`, and nothing is sent until the user has agreed. */
  function add<T>(items: readonly T[], nameOfItem: (item: T) => string, make: (item: T) => FormImage): void {
    if (items.length === 0) return;
    const free = Math.max(0, most.current - current.current.length);
    put([...current.current, ...items.slice(0, free).map(make)]);
    const [added, rest] = [items.slice(0, free), items.slice(free)].map((some) => some.map(nameOfItem));
    setLeftOut((before) => [...before.filter((name) => !added?.includes(name)), ...(rest ?? [])]);
  }

  const begin = (file: File): FormImage => {
    const id = newKey();
    // After the image is in the list that its progress updates.
    queueMicrotask(() => void upload(id, file));
    return {
      id,
      name: file.name,
      previewUrl: URL.createObjectURL(file),
      note: null,
      state: { kind: 'uploading', part: 0 },
    };
  };

  const stopUploads = () => {
    for (const controller of uploads.current.values()) controller.abort();
  };

  return {
    images,
    done: images.flatMap(({ state }) => (state.kind === 'done' ? [state.image] : [])),
    unfinished: images.flatMap(({ state, name }) => (state.kind === 'done' ? [] : [name])),
    leftOut,
    acceptLeftOut: () => setLeftOut([]),
    addFiles: (files: readonly File[]) => add(files, ({ name }) => name, begin),
    addUrl: (url: string) => add([url], nameOf, (each) => formImageOf({ url: each, uploadId: null })),
    remove: (id: string) => {
      uploads.current.get(id)?.abort();
      put(current.current.filter((image) => image.id !== id));
      setLeftOut([]);
    },
    /** Moves an image to the position of another one. */
    move: (from: number, to: number) => {
      const next = [...current.current];
      next.splice(to, 0, ...next.splice(from, 1));
      put(next);
    },
    /** Replaces all images: by those of a task, or by files. */
    replace: (next: readonly (DraftImage | File)[]) => {
      stopUploads();
      put(next.map((each) => (each instanceof File ? begin(each) : formImageOf(each))));
      setLeftOut([]);
    },
  };
}
