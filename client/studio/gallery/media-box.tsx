import { useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import type { Task } from '../api/task.ts';
import { isMediaLink } from '../base.ts';
import { AspectPicture } from '../create/aspect-picture.tsx';
import { useStudio } from '../studio.ts';
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
  const studio = useStudio();
  const isResting = useRest(delayStep);
  const url = (task.video?.removedAt ?? null) === null ? task.videoUrl : null;
  // A picture that is no frame shows less than the video's first one.
  const needsFrame = ['REFERENCE_IMAGE', 'PLACEHOLDER'].includes(task.video?.posterOrigin ?? '');
  const [image] = task.referenceImages;
  const title = task.prompt === '' ? t`Video` : task.prompt.slice(0, 80);
  return (
    <div className="media" data-stage={task.stage}>
      {url !== null && isResting ? (
        <Player
          url={url}
          poster={needsFrame ? null : (task.video?.posterUrl ?? null)}
          title={title}
          isOpen={isOpen}
          onFrame={needsFrame ? (video) => studio.offerFrame(task.id, video) : undefined}
        />
      ) : task.stage === 'FAILED' || task.stage === 'SUBMISSION_UNKNOWN' ? (
        <Icon name="warning" />
      ) : task.stage === 'CANCELED' ? (
        <Icon name="stop" />
      ) : (
        <>
          {url === null && <AspectPicture ratio={task.aspectRatio} />}
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
