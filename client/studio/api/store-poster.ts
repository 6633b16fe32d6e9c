import { basePath } from '../base.ts';
import type { AccessKey } from './access-key.ts';
import { queryOf } from './graphql.ts';
import { StorePosterMutation } from './mutations.ts';
import { authorizationOf } from './request.ts';

/**
 * Sends a frame of a video to be its poster. The feed delivers the task with it. Never rejects: where it fails, the video
 * keeps the poster that it has, and the next page that shows it tries again.
 */
export async function storePoster(taskId: string, frame: Blob, key: AccessKey): Promise<void> {
  const form = new FormData();
  const variables = { id: taskId, file: null };
  form.append('operations', JSON.stringify({ query: queryOf(StorePosterMutation), variables }));
  form.append('map', '{"0":["variables.file"]}');
  form.append('0', frame, 'frame.jpg');
  const headers = { accept: 'application/json', ...authorizationOf(key) };
  await fetch(`${basePath()}/graphql`, { method: 'POST', headers, body: form }).catch(() => undefined);
}
