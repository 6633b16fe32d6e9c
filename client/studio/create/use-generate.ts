import { useLingui } from '@lingui/react/macro';
import { useRef, useState } from 'react';
import { GenerateMutation } from '../api/mutations.ts';
import type { Task, UserError } from '../api/task.ts';
import { RequestError } from '../api/request.ts';
import { showGallery } from '../gallery/show-gallery.ts';
import { useStudio } from '../studio.ts';
import { useToast } from '../ui/toasts.tsx';
import { rememberPrompt } from './again/prompt-history.ts';
import type { GenerateInput } from './draft.ts';
import { isOfKey, PressKeys } from './press.ts';
import { variantsOf } from './variants.ts';

/** Submits the form. A press during a request does nothing. `acceptedPrompt` is the prompt of the last accepted one. */
export function useGenerate(onRefused: (errors: readonly UserError[]) => void) {
  const studio = useStudio();
  const toast = useToast();
  const { t } = useLingui();
  const keys = useRef(new PressKeys());
  const pending = useRef(false);
  const [isPending, setIsPending] = useState(false);
  const [acceptedPrompt, setAcceptedPrompt] = useState<string | null>(null);

  /** Sends the variants one after another, up to the first refusal. Rejects if there is no answer. */
  async function send(inputs: readonly GenerateInput[]) {
    const tasks: Task[] = [];
    for (const input of inputs) {
      const { generateVideo } = await studio.request(GenerateMutation, { input });
      if (generateVideo.task === null) return { tasks, userErrors: generateVideo.userErrors };
      tasks.push(generateVideo.task);
      studio.tasks.take(generateVideo.task);
      studio.show(generateVideo.task.id);
    }
    return { tasks, userErrors: [] };
  }

  /** @param count how many videos are made of the input */
  async function press(input: GenerateInput, count: number, clicks: number): Promise<void> {
    const text = JSON.stringify(count === 1 ? input : { ...input, count });
    if (pending.current || keys.current.isDouble(text, clicks)) return;
    // Tasks that are on the screen now were created by earlier presses.
    const known = keys.current.isOpen(text)
      ? new Set(studio.tasks.list.get().map(({ task }) => task.id))
      : null;
    pending.current = true;
    setIsPending(true);
    try {
      const { tasks, userErrors } = await send(variantsOf(input, count, keys.current.keyFor(text)));
      if (userErrors.length > 0) {
        if (userErrors.some(isOfKey)) keys.current.forget();
        else if (tasks.length > 0) {
          const accepted = tasks.length;
          toast(
            t`${accepted} of ${count} variants were accepted. Press again for the others: you will not be charged twice.`,
            'problem',
          );
        }
        onRefused(userErrors);
        return;
      }
      keys.current.succeeded();
      rememberPrompt(input.prompt ?? '');
      if (tasks.length > 0 && tasks.every(({ id }) => known?.has(id)))
        toast(
          t`Your earlier request was accepted: nothing was sent twice. Press again to make another video.`,
        );
      setAcceptedPrompt(tasks[0]?.prompt ?? null);
      showGallery();
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
