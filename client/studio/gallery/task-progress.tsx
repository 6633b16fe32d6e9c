import { Progress } from '@base-ui/react/progress';
import { useLingui } from '@lingui/react/macro';
import { useRef } from 'react';
import { duration, percent, roughDuration } from '../i18n/format.ts';
import { progressAt, type SeenTask } from '../live/progress.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';

/** Progress of an unfinished task. It advances between two events, never falls, and marks estimates as such. */
export function TaskProgress({ seen }: { readonly seen: SeenTask }) {
  const studio = useStudio();
  const now = useValue(studio.ticker);
  const { i18n, t } = useLingui();
  const { task } = seen;
  const typicalSeconds = studio.typicalSeconds(task);
  const progress = progressAt(seen, now, typicalSeconds);
  const { queuePosition } = task.progress;
  const isKnown = task.stage === 'GENERATING';
  // The typical time may be learned while the bar is shown, and move the curve back.
  const most = useRef(0);
  most.current = Math.max(most.current, Math.round(progress.percent));
  const value = most.current;
  const done = !isKnown
    ? queuePosition === null
      ? null
      : queuePosition === 0
        ? t`Next in the queue`
        : t`${queuePosition} ahead in the queue`
    : progress.estimated
      ? t`${percent(i18n, value)} estimated`
      : percent(i18n, value);
  const left = progress.isOverdue
    ? typicalSeconds === null
      ? null
      : t`longer than usual (${roughDuration(i18n, typicalSeconds)})`
    : progress.remainingSeconds === null
      ? null
      : t`about ${roughDuration(i18n, progress.remainingSeconds)} left`;
  return (
    <Progress.Root
      // Another element for a known percentage: the bar of an unknown one would run back to it.
      key={String(isKnown)}
      className="progress"
      value={isKnown ? value : null}
      data-overdue={progress.isOverdue || undefined}
      aria-label={t`Progress`}
      getAriaValueText={() => [done, left].filter((part) => part !== null).join(', ')}
    >
      <Progress.Track className="bar">
        <Progress.Indicator className="bar-fill" />
      </Progress.Track>
      <span className="progress-text">
        <span>{done}</span>
        <span>{duration(i18n, progress.elapsedSeconds)}</span>
      </span>
      <span className="progress-text progress-left">{left}</span>
    </Progress.Root>
  );
}
