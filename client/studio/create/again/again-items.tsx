import { Menu } from '@base-ui/react/menu';
import { Trans } from '@lingui/react/macro';
import type { Task } from '../../api/task.ts';
import { useAgain } from './use-again.ts';

/** Items of a task's menu that fill the form from the task. */
export function AgainItems({ task }: { readonly task: Task }) {
  const again = useAgain(task);
  const isThere = task.videoUrl !== null && (task.video?.removedAt ?? null) === null;
  return (
    <>
      <Menu.Item className="item" onClick={() => void again.useSettings()}>
        <Trans>Use these settings</Trans>
      </Menu.Item>
      {isThere && (
        <Menu.Item className="item" onClick={() => void again.continueVideo()}>
          <Trans>Continue from the last frame</Trans>
        </Menu.Item>
      )}
    </>
  );
}
