import { useEffect, useRef, useState } from 'react';
import { uploadImage } from '../api/upload.ts';
import type { DraftImage } from '../create/draft.ts';
import { prepareImage } from '../create/images/prepare-image.ts';
import { useStudio } from '../studio.ts';

/** Uploads at the same time. */
const atOnce = 3;

/** A file that was added to the table. */
export type AddedFile =
  | { readonly kind: 'uploading' }
  | { readonly kind: 'done'; readonly image: DraftImage }
  | { readonly kind: 'failed' };

/** The image files of a table, and what is done with them. */
export type ImageFilesOfTable = ReturnType<typeof useImageFiles>;

/** The image files of a table, by their lower-case names; they are uploaded as soon as they are added. */
export function useImageFiles() {
  const studio = useStudio();
  const [files, setFiles] = useState<ReadonlyMap<string, AddedFile>>(new Map());
  const waiting = useRef<File[]>([]);
  const running = useRef(0);
  const controller = useRef(new AbortController());
  useEffect(() => {
    controller.current = new AbortController();
    return () => controller.current.abort();
  }, []);

  const put = (name: string, file: AddedFile) =>
    setFiles((before) => new Map(before).set(name.toLowerCase(), file));

  async function work(): Promise<void> {
    running.current += 1;
    const { signal } = controller.current;
    for (let file = waiting.current.shift(); file !== undefined; file = waiting.current.shift()) {
      if (signal.aborted) break;
      put(file.name, await upload(file, signal).catch((): AddedFile => ({ kind: 'failed' })));
    }
    running.current -= 1;
  }

  async function upload(file: File, signal: AbortSignal): Promise<AddedFile> {
    const prepared = await prepareImage(file);
    if (prepared.kind === 'refused') return { kind: 'failed' };
    const { image } = await uploadImage(prepared.file, studio.key, {
      onProgress: () => {},
      onUnauthenticated: () => studio.refuse(),
      signal,
    });
    if (image === null) return { kind: 'failed' };
    return { kind: 'done', image: { url: image.url, uploadId: image.uploadId } };
  }

  return {
    files,
    /** Forgets all of them. */
    clear: () => {
      waiting.current = [];
      setFiles(new Map());
    },
    add: (added: readonly File[]) => {
      for (const file of added) put(file.name, { kind: 'uploading' });
      waiting.current.push(...added);
      // Each takes its first file at once.
      while (running.current < atOnce && waiting.current.length > 0) void work();
    },
  };
}
