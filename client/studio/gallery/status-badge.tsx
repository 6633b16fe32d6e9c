import { useLingui } from '@lingui/react/macro';
import type { Task } from '../api/task.ts';
import { stageWords } from '../i18n/words.ts';

/** How a task stands, in a word and a colour. */
export function StatusBadge({ stage }: { readonly stage: Task['stage'] }) {
  const { i18n } = useLingui();
  return (
    <span className="badge" data-stage={stage}>
      {i18n.t(stageWords[stage])}
    </span>
  );
}
