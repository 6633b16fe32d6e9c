import { useSyncExternalStore } from 'react';
import { basePath } from './base.ts';

const moved = 'reelay:moved';

function subscribe(changed: () => void): () => void {
  window.addEventListener('popstate', changed);
  window.addEventListener(moved, changed);
  return () => {
    window.removeEventListener('popstate', changed);
    window.removeEventListener(moved, changed);
  };
}

/** The path within the studio. The server can also be reached without the path of its public URL. */
function localPath(): string {
  const { pathname } = location;
  const base = basePath();
  return base !== '' && pathname.startsWith(`${base}/`) ? pathname.slice(base.length) : pathname;
}

const openTaskId = () => /^\/tasks\/([^/]+)$/.exec(localPath())?.[1] ?? null;

/** Id of the task in the URL; null on the front page. */
export const useOpenTaskId = (): string | null => useSyncExternalStore(subscribe, openTaskId);

/** Path of a task in the studio. */
export const pathOf = (taskId: string): string => `${basePath()}/tasks/${taskId}`;

/** Path of the front page. */
export const homePath = (): string => `${basePath()}/`;

/** Navigates within the studio, without loading a page. */
export function navigate(path: string): void {
  if (path === location.pathname) return;
  history.pushState(null, '', path);
  window.dispatchEvent(new Event(moved));
}
