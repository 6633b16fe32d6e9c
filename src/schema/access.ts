import type { MaybePromise, Store } from '../store/store.ts';
import type { Owner, ProviderName, TaskId } from '../domain/video-task.ts';
import type { Viewer } from './context.ts';
import { codedError } from './errors.ts';

/** Who reads or changes a task. */
export interface Access {
  readonly viewer: Viewer;
  readonly store: Pick<Store, 'get' | 'getByProviderTask'>;
}

/**
 * Reads or changes a task as an owner who may: the viewer, or for an admin the owner of the task. What then happens is that
 * owner's: a retried task, its cost, the scope of an idempotency key. Nothing is read for a viewer that is no admin.
 */
export function onTask<Result>(
  { viewer, store }: Access,
  id: TaskId,
  act: (owner: Owner) => MaybePromise<Result>,
): MaybePromise<Result> {
  return viewer.isAdmin === true
    ? Promise.resolve(store.get(id)).then((task) => act(task?.owner ?? viewer.owner))
    : act(viewer.owner);
}

/** The same for the task of a provider's id. */
export async function onProviderTask<Result>(
  { viewer, store }: Access,
  provider: ProviderName,
  providerTaskId: string,
  act: (owner: Owner) => MaybePromise<Result>,
): Promise<Result> {
  const holder = viewer.isAdmin === true ? await store.getByProviderTask(provider, providerTaskId) : null;
  return act(holder?.owner ?? viewer.owner);
}

/** The owner whose list is read, or null for the tasks of all owners, which only an admin may read. */
export function listedOwner(viewer: Viewer, asked: string | null | undefined): Owner | null {
  if (typeof asked === 'string') return namedOwner(viewer, asked);
  return viewer.isAdmin === true ? null : viewer.owner;
}

/**
 * The owner whom a viewer names.
 *
 * @throws an error with the code FORBIDDEN where that is another and the viewer is no admin, whether there is such an owner
 * or not
 */
export function namedOwner(viewer: Viewer, asked: string): Owner {
  if (viewer.isAdmin !== true && asked !== viewer.owner) {
    throw codedError('FORBIDDEN', 'Only an admin may name another owner: omit owner.');
  }
  return asked as Owner;
}
