import { useMemo, useSyncExternalStore } from 'react';
import { basePath } from './base.ts';

/** The page in the URL. */
export type Route = { readonly kind: 'gallery' | 'costs' } | { readonly kind: 'task'; readonly id: string };

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
  return base !== '' && pathname.startsWith(base) ? pathname.slice(base.length) || '/' : pathname;
}

function routeOf(path: string): Route {
  const taskId = /^\/tasks\/([^/]+)$/.exec(path)?.[1];
  if (taskId !== undefined) return { kind: 'task', id: taskId };
  return { kind: path === '/costs' ? 'costs' : 'gallery' };
}

/** The page in the URL, kept up to date in the component. */
export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, localPath);
  return useMemo(() => routeOf(path), [path]);
}

/** The query in the URL, with its `?` unless it is empty. */
export const useQuery = (): string => useSyncExternalStore(subscribe, () => location.search);

/** Path of a task in the studio. */
export const pathOf = (taskId: string): string => `${basePath()}/tasks/${taskId}`;

/** Path of the front page. */
export const homePath = (): string => `${basePath()}/`;

/** Path of the page about costs. */
export const costsPath = (): string => `${basePath()}/costs`;

/** Opens a task over the gallery, whose filter stays in the URL. `isSameStep` as in `navigate`. */
export const openTask = (id: string, isSameStep = false): void =>
  navigate(pathOf(id) + location.search, isSameStep);

/** Returns to the gallery, with the filter that is in the URL. */
export const closeTask = (): void => navigate(homePath() + location.search);

/** Navigates within the studio, without loading a page. `isSameStep`: the back button does not return from there to here. */
export function navigate(url: string, isSameStep = false): void {
  if (url === location.pathname + location.search) return;
  if (isSameStep) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  window.dispatchEvent(new Event(moved));
}
