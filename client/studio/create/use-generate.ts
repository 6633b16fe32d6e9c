import { useLingui } from '@lingui/react/macro';
import { useRef, useState } from 'react';
import { GenerateMutation, type UserError } from '../api/documents.ts';
import { RequestError } from '../api/request.ts';
import { showGallery } from '../gallery/show-gallery.ts';
import { useStudio } from '../studio.ts';
import { useToast } from '../ui/toasts.tsx';
import type { GenerateInput } from './draft.ts';
import { PressKeys } from './press.ts';

/** Sends the form. A press while another is under way does nothing. `taken` is the prompt of the last success. */
export function useGenerate(onRefused: (errors: readonly UserError[]) => void) {
  const studio = useStudio();
  const toast = useToast();
  const { t } = useLingui();
  const keys = useRef(new PressKeys());
  const pending = useRef(false);
  const [isPending, setIsPending] = useState(false);
  const [taken, setTaken] = useState<string | null>(null);

  async function press(input: GenerateInput): Promise<void> {
    if (pending.current) return;
    const idempotencyKey = keys.current.keyFor(JSON.stringify(input));
    pending.current = true;
    setIsPending(true);
    try {
      const { generateVideo } = await studio.request(GenerateMutation, {
        input: { ...input, idempotencyKey },
      });
      if (generateVideo.task === null) {
        onRefused(generateVideo.userErrors);
      } else {
        keys.current.succeeded();
        studio.tasks.take(generateVideo.task);
        setTaken(generateVideo.task.prompt);
        showGallery();
      }
    } catch (error) {
      const isOffline = error instanceof RequestError && error.code === 'OFFLINE';
      toast(
        isOffline
          ? t`The server did not answer. Press again: you will not pay twice.`
          : t`That did not work. Press again: you will not pay twice.`,
        'problem',
      );
    } finally {
      pending.current = false;
      setIsPending(false);
    }
  }
  return { isPending, taken, press };
}
