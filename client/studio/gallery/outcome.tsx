import { useLingui } from '@lingui/react/macro';
import type { Task } from '../api/task.ts';
import { duration, moment, money } from '../i18n/format.ts';
import { billedTexts, failureTexts } from '../i18n/texts.ts';
import { useStudio } from '../studio.ts';
import { Picture } from './picture.tsx';

/** More of them would leave no room for the facts. */
const mostPictures = 3;

/** The outcome of a task in a few lines. */
export function Outcome({ task }: { readonly task: Task }) {
  const { i18n, t } = useLingui();
  if (task.error !== null) {
    const { code, billed } = task.error;
    return (
      <p className="outcome">
        {i18n.t(failureTexts[code])} <span className="outcome-quiet">{i18n.t(billedTexts[billed])}</span>
      </p>
    );
  }
  if (task.stage === 'SUBMISSION_UNKNOWN') {
    return <p className="outcome">{t`It is not known whether the provider accepted the request.`}</p>;
  }
  if (task.stage === 'CANCELED') {
    return (
      <p className="outcome">
        {task.submittedAt === null
          ? t`Canceled before it was sent: nothing is charged.`
          : t`No longer tracked. It will be charged.`}
      </p>
    );
  }
  const removedAt = task.video?.removedAt ?? null;
  if (removedAt !== null) {
    return <p className="outcome">{t`The server deleted the video: ${moment(i18n, removedAt)}.`}</p>;
  }
  return <Facts task={task} />;
}

/** The facts of a finished video, and the images that it was made from. */
function Facts({ task }: { readonly task: Task }) {
  const studio = useStudio();
  const { i18n } = useLingui();
  const facts = [
    studio.modelOf(task)?.label ?? task.model,
    task.durationSeconds === null ? null : duration(i18n, task.durationSeconds),
    task.cost === null ? null : money(i18n, task.cost.amount),
  ];
  return (
    <div className="facts">
      <div className="outcome outcome-quiet">
        {task.label !== null && (
          <p className="fact-label" dir="auto">
            {task.label}
          </p>
        )}
        <p>{facts.filter((fact) => fact !== null && fact !== '').join(' · ')}</p>
      </div>
      {task.referenceImages.length > 0 && (
        <div className="fact-pictures">
          {task.referenceImages.slice(0, mostPictures).map(({ url }) => (
            <Picture key={url} className="fact-picture" url={url} />
          ))}
        </div>
      )}
    </div>
  );
}
