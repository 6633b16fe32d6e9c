import { useLingui } from '@lingui/react/macro';
import { useEffect, useMemo, useState, type CSSProperties } from 'react';
import { ListQuery } from '../api/queries.ts';
import type { Task } from '../api/task.ts';
import { duration as durationText } from '../i18n/format.ts';
import { useValue } from '../live/value.ts';
import { useStudio } from '../studio.ts';
import { shapeOf } from '../task/shape.ts';
import { titleOf } from '../task/title.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Icon } from '../ui/icon.tsx';
import { ComparedVideo } from './compared-video.tsx';
import { usePlayback } from './use-playback.ts';
import { comparedWith } from './variants.ts';

/** The variants of one request side by side, played in step. */
export function CompareDialog() {
  const studio = useStudio();
  const task = useValue(studio.compared);
  const { t } = useLingui();
  if (task === null) return null;
  return (
    <Dialog
      open
      isWide
      onClose={() => studio.compared.set(null)}
      title={<span dir="auto">{titleOf(task, t`Variants`)}</span>}
    >
      <Compared of={task} />
    </Dialog>
  );
}

function Compared({ of }: { readonly of: Task }) {
  const studio = useStudio();
  const { group } = of;
  const members = useValue(useMemo(() => studio.tasks.ofGroup(group ?? ''), [studio, group]));
  const { i18n, t } = useLingui();
  const playback = usePlayback();
  const [audible, setAudible] = useState<string | null>(null);
  const { shown, first } = comparedWith(members, of);
  const ratio = shapeOf(shown.map(({ task }) => task));
  useEffect(() => {
    if (group === null) return;
    studio.ask(ListQuery, { first: 50, after: null, filter: { group } }).then(
      ({ videoTasks }) => studio.tasks.takePage(videoTasks.edges.map(({ node }) => node)),
      // Those that are known are shown.
      () => {},
    );
  }, [studio, group]);
  const { isPlaying, time, duration } = playback;
  const isReady = duration > 0;
  return (
    <div className="compare">
      <ul
        className="compare-videos"
        data-count={shown.length}
        data-tall={ratio < 1 || undefined}
        style={{ '--ratio': ratio } as CSSProperties}
      >
        {shown.map(({ task }, index) => (
          <ComparedVideo
            key={task.id}
            task={task}
            position={first + index}
            isAudible={audible === task.id}
            onAudible={() => setAudible(audible === task.id ? null : task.id)}
            onVideo={playback.take}
            onLength={playback.onLength}
          />
        ))}
      </ul>
      <div className="compare-controls">
        <button
          type="button"
          className="button button-primary button-icon"
          aria-label={isPlaying ? t`Pause` : t`Play all`}
          disabled={!isReady}
          onClick={playback.toggle}
        >
          <Icon name={isPlaying ? 'pause' : 'play'} />
        </button>
        <input
          type="range"
          className="range"
          aria-label={t`Position`}
          aria-valuetext={durationText(i18n, time)}
          min={0}
          max={isReady ? duration : 1}
          step={0.04}
          disabled={!isReady}
          value={time}
          onChange={({ currentTarget }) => playback.seek(Number(currentTarget.value))}
        />
        <span className="compare-time">
          {i18n.number(time, { minimumFractionDigits: 1, maximumFractionDigits: 1 })} /{' '}
          {i18n.number(duration, { minimumFractionDigits: 1, maximumFractionDigits: 1 })}
        </span>
      </div>
    </div>
  );
}
