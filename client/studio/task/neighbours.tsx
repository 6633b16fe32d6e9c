import { useLingui } from '@lingui/react/macro';
import { useEffect } from 'react';
import { useValue } from '../live/value.ts';
import { openTask } from '../route.ts';
import { useStudio } from '../studio.ts';
import { Icon } from '../ui/icon.tsx';

/** Buttons to the tasks before and after one in the gallery; the arrow keys do the same. */
export function Neighbours({ id }: { readonly id: string }) {
  const studio = useStudio();
  const { t } = useLingui();
  const order = useValue(studio.order);
  const index = order.indexOf(id);
  const previous = index > 0 ? order[index - 1] : undefined;
  const next = index === -1 ? undefined : order[index + 1];
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const to = event.key === 'ArrowLeft' ? previous : event.key === 'ArrowRight' ? next : undefined;
      if (to === undefined || event.defaultPrevented || isTaken(event)) return;
      event.preventDefault();
      openTask(to, true);
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [previous, next]);
  if (index === -1 || order.length < 2) return null;
  return (
    <div className="neighbours">
      <button
        type="button"
        className="button button-quiet button-icon"
        aria-label={t`Previous video`}
        title={t`Previous video`}
        aria-disabled={previous === undefined}
        onClick={() => previous !== undefined && openTask(previous, true)}
      >
        <Icon name="back" />
      </button>
      <button
        type="button"
        className="button button-quiet button-icon"
        aria-label={t`Next video`}
        title={t`Next video`}
        aria-disabled={next === undefined}
        onClick={() => next !== undefined && openTask(next, true)}
      >
        <Icon name="forward" />
      </button>
    </div>
  );
}

/** True where arrows have another meaning: a player, a field, an open menu or question. */
function isTaken({ target, altKey, ctrlKey, metaKey, shiftKey }: KeyboardEvent): boolean {
  if (altKey || ctrlKey || metaKey || shiftKey) return true;
  if (target instanceof HTMLElement && target.matches('video, input, textarea, [role="menuitem"]'))
    return true;
  return document.querySelector('[role="alertdialog"], [role="menu"]') !== null;
}
