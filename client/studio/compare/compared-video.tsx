import { useLingui } from '@lingui/react/macro';
import { useCallback, type MouseEvent } from 'react';
import type { Task } from '../api/task.ts';
import { MediaBox } from '../gallery/media-box.tsx';
import { StatusBadge } from '../gallery/status-badge.tsx';
import { useValue } from '../live/value.ts';
import { openTask, pathOf } from '../route.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';

interface ComparedVideoProps {
  readonly task: Task;
  /** From 1. */
  readonly position: number;
  /** True for the one whose sound is heard. */
  readonly isAudible: boolean;
  readonly onAudible: () => void;
  /** Called with the player when it is there, and with null when it is gone. */
  readonly onVideo: (id: string, video: HTMLVideoElement | null) => void;
  /** Called when the length of the video is known. */
  readonly onLength: () => void;
}

/** One of the videos that are compared, with what is done to it alone. */
export function ComparedVideo(props: ComparedVideoProps) {
  const { task, position, isAudible, onAudible, onVideo, onLength } = props;
  const studio = useStudio();
  const { t } = useLingui();
  const isFavourite = useValue(studio.favourites.ids).has(task.id);
  const { id } = task;
  const take = useCallback((video: HTMLVideoElement | null) => onVideo(id, video), [id, onVideo]);
  const url = (task.video?.removedAt ?? null) === null ? task.videoUrl : null;
  const open = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    studio.compared.set(null);
    openTask(id);
  };
  return (
    <li className="compared">
      {url === null ? (
        <MediaBox task={task} />
      ) : (
        <div className="media" data-stage={task.stage}>
          <video
            ref={take}
            src={url}
            poster={task.video?.posterUrl ?? undefined}
            muted={!isAudible}
            playsInline
            preload="auto"
            aria-label={t`Variant ${position}`}
            onLoadedMetadata={onLength}
          />
        </div>
      )}
      <div className="compared-line">
        <a href={pathOf(id)} onClick={open}>
          {t`Variant ${position}`}
        </a>
        {url === null ? (
          <StatusBadge stage={task.stage} />
        ) : (
          <span className="compared-tools">
            <button
              type="button"
              className="button button-quiet button-icon"
              aria-pressed={isAudible}
              aria-label={t`Sound of variant ${position}`}
              title={isAudible ? t`With sound` : t`Without sound`}
              onClick={onAudible}
            >
              <Icon name={isAudible ? 'sound' : 'mute'} />
            </button>
            <button
              type="button"
              className="button button-quiet button-icon"
              aria-pressed={isFavourite}
              aria-label={t`Favourite: variant ${position}`}
              title={t`Favourite`}
              onClick={() => studio.favourites.toggle(id)}
            >
              <Icon name="star" isFilled={isFavourite} />
            </button>
            <a
              className="button button-quiet button-icon"
              href={`${url}?download`}
              download
              aria-label={t`Download variant ${position}`}
              title={t`Download`}
            >
              <Icon name="download" />
            </a>
          </span>
        )}
      </div>
    </li>
  );
}
