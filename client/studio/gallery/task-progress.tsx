import { Progress } from '@base-ui/react/progress';
import { useLingui } from '@lingui/react/macro';
import { duration, percent } from '../i18n/format.ts';
import { progressAt, type SeenTask } from '../live/progress.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';

/** Progress of an unfinished task. It advances between two events, and marks estimates as such. */
export function TaskProgress({ seen }: { readonly seen: SeenTask }) {
  const studio = useStudio();
  const now = useValue(studio.ticker);
  const { i18n, t } = useLingui();
  const { task } = seen;
  const progress = progressAt(seen, now, studio.typicalSeconds(task));
  const { queuePosition } = task.progress;
  const isKnown = task.stage === 'GENERATING';
  const value = Math.round(progress.percent);
  const done = !isKnown
    ? queuePosition === null
      ? null
      : queuePosition === 0
        ? t`Next in the queue`
        : t`${queuePosition} ahead in the queue`
    : progress.estimated
      ? t`${percent(i18n, value)} estimated`
      : percent(i18n, value);
  const left =
    progress.remainingSeconds === null ? null : t`about ${duration(i18n, progress.remainingSeconds)} left`;
  return (
    <Progress.Root
      className="progress"
      value={isKnown ? value : null}
      aria-label={t`Progress`}
      getAriaValueText={() => done ?? ''}
    >
      <Progress.Track className="bar">
        <Progress.Indicator className="bar-fill" />
      </Progress.Track>
      <span className="progress-text">
        <span>{done}</span>
        <span>{duration(i18n, progress.elapsedSeconds)}</span>
      </span>
      <span className="progress-text">{left}</span>
    </Progress.Root>
  );
}
