import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { DeleteMutation, RetryMutation } from '../api/mutations.ts';
import type { Task } from '../api/task.ts';
import { basePath } from '../base.ts';
import { PressKeys } from '../create/press.ts';
import { useStudio } from '../studio.ts';
import { useToast } from '../ui/toasts.tsx';
import { showGallery } from './show-gallery.ts';

/** Videos in one zip; more are several. The server takes 200, and a proxy 8 KB of an address. */
const mostInZip = 150;
/** Commands that are under way at the same time. */
const atOnce = 4;

/** Actions on several tasks. One toast reports how they ended. */
export function useBulkCommands() {
  const studio = useStudio();
  const toast = useToast();
  const { t } = useLingui();
  const [isBusy, setIsBusy] = useState(false);

  /** Runs a command for each task. Returns the number of those that took effect. */
  async function each(tasks: readonly Task[], command: (task: Task) => Promise<boolean>): Promise<number> {
    setIsBusy(true);
    const waiting = [...tasks];
    let done = 0;
    const work = async () => {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift()) {
        if (await command(task).catch(() => false)) done += 1;
      }
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    setIsBusy(false);
    return done;
  }

  const report = (done: string, failed: number) => {
    if (failed === 0) toast(done);
    else
      toast(
        `${done} ${t`${plural(failed, { one: 'It did not work for # video.', other: 'It did not work for # videos.' })}`}`,
        'problem',
      );
  };

  return {
    isBusy,
    remove: async (tasks: readonly Task[]) => {
      const done = await each(tasks, async ({ id }) => {
        const { deleteVideoTask } = await studio.request(DeleteMutation, { id });
        if (deleteVideoTask.deletedId === null) return false;
        studio.tasks.remove(id);
        studio.selection.remove(id);
        return true;
      });
      report(
        t`${plural(done, { one: '# video deleted.', other: '# videos deleted.' })}`,
        tasks.length - done,
      );
    },
    retry: async (tasks: readonly Task[]) => {
      const done = await each(tasks, async ({ id }) => {
        const keys = new PressKeys();
        const idempotencyKey = keys.keyFor(`retry ${id}`);
        const { retryVideoTask } = await studio.request(RetryMutation, { id, idempotencyKey });
        const fresh = retryVideoTask.task;
        if (fresh === null) return false;
        keys.succeeded();
        studio.tasks.take(fresh);
        studio.show(fresh.id);
        studio.selection.remove(id);
        return true;
      });
      report(
        t`${plural(done, { one: '# video started.', other: '# videos started.' })}`,
        tasks.length - done,
      );
      if (studio.selection.selected.get().ids.size === 0) studio.selection.end();
      showGallery();
    },
    download: async (tasks: readonly Task[]) => {
      for (const url of downloadsOf(tasks)) {
        const link = document.createElement('a');
        link.href = url;
        link.download = '';
        link.click();
        // Browsers drop all but the last of several downloads that begin at once.
        await new Promise((resolve) => setTimeout(resolve, 400));
      }
    },
  };
}

/** Links that save these videos: one as it is, several as a zip, which the server streams. */
function downloadsOf(tasks: readonly Task[]): readonly string[] {
  const urls = tasks.flatMap(({ videoUrl }) => (videoUrl === null ? [] : [videoUrl]));
  if (urls.length === 1) return urls.map((url) => `${url}?download`);
  const keys = urls.map((url) => new URL(url).pathname.split('/').at(-1) ?? '');
  const zips = Array.from({ length: Math.ceil(keys.length / mostInZip) }, (_, index) =>
    keys.slice(index * mostInZip, (index + 1) * mostInZip),
  );
  return zips.map(
    (some) => `${basePath()}/downloads?${new URLSearchParams(some.map((key) => ['key', key]))}`,
  );
}
