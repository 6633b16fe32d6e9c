import { useLingui } from '@lingui/react/macro';
import { useRef, useState } from 'react';
import { GenerateMutation } from '../api/mutations.ts';
import type { UserError } from '../api/task.ts';
import { RequestError } from '../api/request.ts';
import { showGallery } from '../gallery/show-gallery.ts';
import { useStudio } from '../studio.ts';
import { useToast } from '../ui/toasts.tsx';
import type { GenerateInput } from './draft.ts';
import { isOfKey, PressKeys } from './press.ts';

/** Submits the form. A press during a request does nothing. `acceptedPrompt` is the prompt of the last accepted one. */
export function useGenerate(onRefused: (errors: readonly UserError[]) => void) {
  const studio = useStudio();
  const toast = useToast();
  const { t } = useLingui();
  const keys = useRef(new PressKeys());
  const pending = useRef(false);
  const [isPending, setIsPending] = useState(false);
  const [acceptedPrompt, setAcceptedPrompt] = useState<string | null>(null);

  async function press(input: GenerateInput, clicks: number): Promise<void> {
    const text = JSON.stringify(input);
    if (pending.current || keys.current.isDouble(text, clicks)) return;
    // Tasks that are on the screen now were created by earlier presses.
    const known = keys.current.isOpen(text)
      ? new Set(studio.tasks.list.get().map(({ task }) => task.id))
      : null;
    const idempotencyKey = keys.current.keyFor(text);
    pending.current = true;
    setIsPending(true);
    try {
      const { generateVideo } = await studio.request(GenerateMutation, {
        input: { ...input, idempotencyKey },
      });
      if (generateVideo.task === null) {
        if (generateVideo.userErrors.some(isOfKey)) keys.current.forget();
        onRefused(generateVideo.userErrors);
      } else {
        keys.current.succeeded();
        studio.tasks.take(generateVideo.task);
        studio.show(generateVideo.task.id);
        if (known?.has(generateVideo.task.id))
          toast(
            t`Your earlier request was accepted: nothing was sent twice. Press again to make another video.`,
          );
        setAcceptedPrompt(generateVideo.task.prompt);
        showGallery();
      }
    } catch (error) {
      const isOffline = error instanceof RequestError && error.code === 'OFFLINE';
      toast(
        isOffline
          ? t`The server did not respond. Press again: you will not be charged twice.`
          : t`Something went wrong. Press again: you will not be charged twice.`,
        'problem',
      );
    } finally {
      pending.current = false;
      setIsPending(false);
    }
  }
  return { isPending, acceptedPrompt, press };
}
