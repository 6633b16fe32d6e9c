import { useSyncExternalStore } from 'react';

const moved = 'reelay:moved';

function subscribe(changed: () => void): () => void {
  window.addEventListener('popstate', changed);
  window.addEventListener(moved, changed);
  return () => {
    window.removeEventListener('popstate', changed);
    window.removeEventListener(moved, changed);
  };
}

const openTaskId = () => /^\/tasks\/([^/]+)$/.exec(location.pathname)?.[1] ?? null;

/** The id of the task that the address names; null on the front page. */
export const useOpenTaskId = (): string | null => useSyncExternalStore(subscribe, openTaskId);

/** The address of a task within the studio. */
export const pathOf = (taskId: string): string => `/tasks/${taskId}`;

/** Goes to another address of the studio without a load. */
export function navigate(path: string): void {
  if (path === location.pathname) return;
  history.pushState(null, '', path);
  window.dispatchEvent(new Event(moved));
}
