import { useLingui } from '@lingui/react/macro';
import type { Task } from '../api/task.ts';
import { stageTexts } from '../i18n/texts.ts';

/** The stage of a task as a coloured label. */
export function StatusBadge({ stage }: { readonly stage: Task['stage'] }) {
  const { i18n } = useLingui();
  return (
    <span className="badge" data-stage={stage}>
      {i18n.t(stageTexts[stage])}
    </span>
  );
}
