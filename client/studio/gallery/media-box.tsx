import { useLingui } from '@lingui/react/macro';
import type { Task } from '../api/task.ts';
import { AspectPicture } from '../create/aspect-picture.tsx';
import { useStudio } from '../studio.ts';
import { shapeOf } from '../task/shape.ts';
import { titleOf } from '../task/title.ts';
import { Icon } from '../ui/icon.tsx';
import { Picture } from './picture.tsx';
import { Player } from './player.tsx';
import { useRest } from './use-rest.ts';

interface MediaBoxProps {
  readonly task: Task;
  /** Position in the order in which players in view are created. */
  readonly delayStep?: number;
  /** True if it is alone on the screen: its player has controls from the beginning. */
  readonly isOpen?: boolean;
  /** True while the pointer or the focus is on its card. */
  readonly isPreviewing?: boolean;
}

/** The picture of a task: its player when it is completed, otherwise its first reference image. Of constant size. */
export function MediaBox({ task, delayStep = 0, isOpen = false, isPreviewing = false }: MediaBoxProps) {
  const { t } = useLingui();
  const studio = useStudio();
  const isResting = useRest(delayStep);
  const isRemoved = (task.video?.removedAt ?? null) !== null;
  const url = isRemoved ? null : task.videoUrl;
  // A picture that is no frame shows less than the video's first one.
  const needsFrame = ['REFERENCE_IMAGE', 'PLACEHOLDER'].includes(task.video?.posterOrigin ?? '');
  const [image] = task.referenceImages;
  const icon = iconOf(task);
  const sketch = <AspectPicture ratio={task.aspectRatio} />;
  return (
    <div className="media" data-stage={task.stage} data-tall={shapeOf([task]) < 1 || undefined}>
      {url !== null && isResting ? (
        <Player
          url={url}
          poster={task.video?.posterUrl ?? null}
          isPosterOther={needsFrame}
          title={titleOf(task, t`Video`).slice(0, 80)}
          isOpen={isOpen}
          isPreviewing={isPreviewing}
          onFrame={needsFrame ? (video) => studio.offerFrame(task.id, video) : undefined}
        />
      ) : (
        url === null && (
          <>
            {icon !== null && <Icon name={icon} />}
            {image !== undefined && isResting ? (
              <Picture
                key={image.url}
                className="media-poster"
                url={image.url}
                fallback={icon === null ? sketch : null}
              />
            ) : (
              icon === null && sketch
            )}
          </>
        )
      )}
    </div>
  );
}

/** The mark of a task without a video. */
function iconOf({ stage, video }: Task) {
  if (stage === 'FAILED' || stage === 'SUBMISSION_UNKNOWN') return 'warning';
  if (stage === 'CANCELED') return 'stop';
  return (video?.removedAt ?? null) === null ? null : 'trash';
}
