import { useLingui } from '@lingui/react/macro';
import type { Task } from '../../api/task.ts';
import { closeTask } from '../../route.ts';
import { useStudio } from '../../studio.ts';
import { useToast } from '../../ui/toasts.tsx';
import { lastFrameOf } from './last-frame.ts';
import { draftOfTask, SettingsQuery } from './task-as-draft.ts';

/** Fills the form from a task, without sending anything. */
export function useAgain(task: Task) {
  const studio = useStudio();
  const toast = useToast();
  const { t } = useLingui();

  async function read() {
    const { videoTask } = await studio.ask(SettingsQuery, { id: task.id });
    if (videoTask === null) throw new Error('The task was deleted.');
    const model = studio.modelOf(task);
    if (model === null) toast(t`${task.model} is not in the list of models: another one is chosen.`);
    return draftOfTask(task, model?.id ?? task.model, videoTask);
  }
  const failed = () => toast(t`The settings could not be read. Try again.`, 'problem');

  return {
    /** Everything as it was asked for, images included. */
    useSettings: async () => {
      try {
        studio.fill.set({ draft: await read(), images: task.referenceImages });
        closeTask();
      } catch {
        failed();
      }
    },
    /** The same settings, with the last frame of the video as the first frame of the next one. */
    continueVideo: async () => {
      const { videoUrl } = task;
      if (videoUrl === null) return;
      try {
        const [draft, frame] = await Promise.all([read(), lastFrameOf(videoUrl).catch(() => null)]);
        if (frame === null) {
          toast(t`This browser cannot read the last frame of the video.`, 'problem');
          return;
        }
        studio.fill.set({ draft: { ...draft, imagesAs: 'FIRST_FRAME' }, images: [frame] });
        closeTask();
        toast(t`The last frame is the first image. Describe what happens next.`);
      } catch {
        failed();
      }
    },
  };
}
