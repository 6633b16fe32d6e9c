import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Task } from '../api/task.ts';
import { isMediaLink } from '../base.ts';
import { AspectPicture } from '../create/aspect-picture.tsx';
import { Icon } from '../ui/icon.tsx';
import { Player } from './player.tsx';
import { useRest } from './use-rest.ts';

interface MediaBoxProps {
  readonly task: Task;
  /** Position in the order in which players in view are created. */
  readonly delayStep?: number;
  /** True if it is alone on the screen: its player has controls from the beginning. */
  readonly isOpen?: boolean;
}

/** The picture of a task: its player when it is completed, before that its first reference image. Of constant size. */
export function MediaBox({ task, delayStep = 0, isOpen = false }: MediaBoxProps) {
  const { t } = useLingui();
  const isResting = useRest(delayStep);
  const [image] = task.referenceImages;
  const title = task.prompt === '' ? t`Video` : task.prompt.slice(0, 80);
  return (
    <div className="media" data-stage={task.stage}>
      {task.videoUrl !== null && isResting ? (
        <Player url={task.videoUrl} poster={task.video?.posterUrl ?? null} title={title} isOpen={isOpen} />
      ) : task.stage === 'FAILED' || task.stage === 'SUBMISSION_UNKNOWN' ? (
        <Icon name="warning" />
      ) : task.stage === 'CANCELED' ? (
        <Icon name="stop" />
      ) : (
        <>
          {task.videoUrl === null && <AspectPicture ratio={task.aspectRatio} />}
          {image !== undefined && isResting && <Poster key={image.url} url={image.url} />}
        </>
      )}
    </div>
  );
}

/** The first reference image, if the page is allowed to show it. */
function Poster({ url }: { readonly url: string }) {
  const [isBroken, setIsBroken] = useState(false);
  if (isBroken || !(url.startsWith('https:') || isMediaLink(url))) return null;
  return (
    <img
      className="media-poster"
      src={url}
      alt=""
      referrerPolicy="no-referrer"
      onError={() => setIsBroken(true)}
    />
  );
}
