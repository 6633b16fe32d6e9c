import { useLingui } from '@lingui/react/macro';
import type { VariablesOf } from 'gql.tada';
import { useRef } from 'react';
import {
  CancelMutation,
  DeleteMutation,
  RefreshMutation,
  ResolveMutation,
  RetryMutation,
} from '../api/mutations.ts';
import type { Task, UserError } from '../api/task.ts';
import { RequestError } from '../api/request.ts';
import { isOfKey, PressKeys } from '../create/press.ts';
import { userErrorText } from '../i18n/user-error.ts';
import { showGallery } from '../gallery/show-gallery.ts';
import { useStudio } from '../studio.ts';
import { useToast } from '../ui/toasts.tsx';
import { copyText } from './copy-text.ts';

/** The resolution of a submission of unknown outcome. */
export type Resolution = VariablesOf<typeof ResolveMutation>['resolution'];

/** The actions on one task. Failures are shown in a toast. */
export function useTaskCommands(task: Task) {
  const studio = useStudio();
  const toast = useToast();
  const { i18n, t } = useLingui();
  const keys = useRef(new PressKeys());

  async function run(
    command: () => Promise<{ readonly task: Task | null; readonly userErrors: readonly UserError[] }>,
  ): Promise<Task | null> {
    try {
      const { task: after, userErrors } = await command();
      if (userErrors.some(isOfKey)) keys.current.forget();
      if (after !== null) studio.tasks.take(after);
      else toast(userErrors.map((error) => userErrorText(i18n, error)).join(' '), 'problem');
      return after;
    } catch (error) {
      const isOffline = error instanceof RequestError && error.code === 'OFFLINE';
      toast(
        isOffline ? t`The server did not respond. Try again.` : t`Something went wrong. Try again.`,
        'problem',
      );
      return null;
    }
  }

  const copy = async (text: string, done: string) => {
    if (await copyText(text)) toast(done);
    else toast(t`Your browser does not allow copying from this page. Copy it by hand: ${text}`, 'problem');
  };

  return {
    copyLink: () => copy(task.videoUrl ?? '', t`Link copied.`),
    copyShareLink: () => copy(task.video?.shareUrl ?? '', t`Link copied.`),
    copyPrompt: () => copy((task.userPrompt ?? '') || task.prompt, t`Prompt copied.`),
    refresh: async () => {
      const after = await run(
        async () => (await studio.request(RefreshMutation, { id: task.id })).refreshVideoTask,
      );
      if (after !== null) toast(t`Checked just now.`);
    },
    cancel: () => run(async () => (await studio.request(CancelMutation, { id: task.id })).cancelVideoTask),
    /** @param clicks the `detail` of the click event */
    retry: async (clicks: number) => {
      const press = `retry ${task.id}`;
      if (keys.current.isDouble(press, clicks)) return null;
      const idempotencyKey = keys.current.keyFor(press);
      const after = await run(
        async () => (await studio.request(RetryMutation, { id: task.id, idempotencyKey })).retryVideoTask,
      );
      if (after !== null) {
        keys.current.succeeded();
        studio.show(after.id);
        showGallery();
      }
      return after;
    },
    resolve: async (resolution: Resolution) => {
      const after = await run(
        async () => (await studio.request(ResolveMutation, { id: task.id, resolution })).resolveSubmission,
      );
      if (after !== null && after.id !== task.id) studio.show(after.id);
      return after;
    },
    remove: async () => {
      const after = await run(async () => {
        const { deleteVideoTask } = await studio.request(DeleteMutation, { id: task.id });
        return {
          task: deleteVideoTask.deletedId === null ? null : task,
          userErrors: deleteVideoTask.userErrors,
        };
      });
      if (after !== null) studio.tasks.remove(task.id);
      return after;
    },
  };
}
