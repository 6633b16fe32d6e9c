import { milliseconds, whole } from '../settings/parsers.ts';
import { given, optional } from '../settings/variable.ts';

/** Limits. */
export const limitVariables = {
  LIMIT_SOCKETS_PER_OWNER: given('20000', 'WebSockets that one owner may hold', whole(1)),
  LIMIT_UNKNOWN_SOCKETS: given(
    '5000',
    'WebSockets of all clients that have not sent their credential yet; others get 503',
    whole(1),
  ),
  LIMIT_SUBSCRIPTIONS_PER_OWNER: given('20000', 'subscriptions that one owner may hold', whole(1)),
  LIMIT_OPERATIONS_PER_SOCKET: given('20000', 'operations that one WebSocket may hold', whole(1)),
  LIMIT_OPEN_TASKS_PER_OWNER: given('100000', 'tasks without an end that one owner may have', whole(1)),
  LIMIT_MUTATIONS_PER_MINUTE: optional(
    'mutations that one owner may make in a minute; unset: 20000, and any number for the owner local',
    whole(1),
  ),
  LIMIT_MESSAGE_BYTES: given('1048576', 'bytes of one WebSocket message', whole(1024)),
  LIMIT_BODY_BYTES: given('1048576', 'bytes of one request body', whole(1024)),
  LIMIT_COMPLEXITY: given(
    '50000',
    'complexity of one operation: list sizes multiplied by the fields that read',
    whole(100),
  ),
  LIMIT_PING_MS: given('12000', 'milliseconds between two pings; who misses one is gone', milliseconds(50)),
  LIMIT_STALLED_MS: given(
    '30000',
    'milliseconds after which a reader that is behind is closed',
    milliseconds(100),
  ),
  LIMIT_SLOW_BODY_MS: given(
    '10000',
    'milliseconds that a request body may take, beside a second for each 8 KB of it',
    milliseconds(100),
  ),
  LIMIT_WAITING_BYTES: given(
    '268435456',
    'bytes in memory that wait for other sides (answers not read, requests not whole); over it, connections are cut',
    whole(1_048_576),
  ),
  LIMIT_WAITING_BYTES_PER_OWNER: given('134217728', 'the same of one owner', whole(1_048_576)),
  LIMIT_UPLOADS_AT_ONCE: given('32', 'uploads that are received at once; others wait', whole(1)),
  LIMIT_UPLOADS_AT_ONCE_PER_OWNER: given('8', 'the same of one owner', whole(1)),
  LIMIT_UPLOAD_BYTES_PER_OWNER: given(
    '10737418240',
    'bytes of the uploaded images that are kept for one owner; a small one counts as 64 KB',
    whole(1),
  ),
};
