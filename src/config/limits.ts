import { integer, milliseconds } from '../settings/parsers.ts';
import { optionalSetting, setting, type Values } from '../settings/setting.ts';

/** Limits of callers and connections. */
export const limitSettings = {
  socketsPerOwner: setting(
    'LIMIT_SOCKETS_PER_OWNER',
    '20000',
    'WebSockets that one owner may hold',
    integer(1),
  ),
  unknownSockets: setting(
    'LIMIT_UNKNOWN_SOCKETS',
    '5000',
    'WebSockets of all clients that have not sent their credential yet; others get 503',
    integer(1),
  ),
  subscriptionsPerOwner: setting(
    'LIMIT_SUBSCRIPTIONS_PER_OWNER',
    '20000',
    'subscriptions that one owner may hold',
    integer(1),
  ),
  operationsPerSocket: setting(
    'LIMIT_OPERATIONS_PER_SOCKET',
    '20000',
    'operations that one WebSocket may hold',
    integer(1),
  ),
  openTasksPerOwner: setting(
    'LIMIT_OPEN_TASKS_PER_OWNER',
    '100000',
    'unfinished tasks that one owner may have',
    integer(1),
  ),
  mutationsPerMinute: optionalSetting(
    'LIMIT_MUTATIONS_PER_MINUTE',
    'mutations that one owner may make in a minute; unset: 20000, and any number for the owner local',
    integer(1),
  ),
  messageBytes: setting('LIMIT_MESSAGE_BYTES', '1048576', 'bytes of one WebSocket message', integer(1024)),
  bodyBytes: setting('LIMIT_BODY_BYTES', '1048576', 'bytes of one request body', integer(1024)),
  complexity: setting(
    'LIMIT_COMPLEXITY',
    '50000',
    'complexity of one operation: list sizes multiplied by the fields that read',
    integer(100),
  ),
  pingMs: setting(
    'LIMIT_PING_MS',
    '12000',
    'milliseconds between two pings; a connection that misses one is closed',
    milliseconds(50),
  ),
  stallMs: setting(
    'LIMIT_STALLED_MS',
    '30000',
    'milliseconds after which the connection of a reader that does not keep up, or of a body that does not go on, is closed',
    milliseconds(100),
  ),
  slowBodyMs: setting(
    'LIMIT_SLOW_BODY_MS',
    '10000',
    'milliseconds that the headers of a request may take, and its body plus one second for each 8 KB of it',
    milliseconds(100),
  ),
  waitingBytes: setting(
    'LIMIT_WAITING_BYTES',
    '268435456',
    'bytes in memory that wait for the other side; large responses wait for room in it, and above it connections are closed, with a reason where possible',
    integer(1_048_576),
  ),
  waitingBytesPerOwner: setting(
    'LIMIT_WAITING_BYTES_PER_OWNER',
    '134217728',
    'the same for one owner',
    integer(1_048_576),
  ),
  uploadsAtOnce: setting(
    'LIMIT_UPLOADS_AT_ONCE',
    '32',
    'uploads that are received at once; others wait, and an eighth is kept for owners who send none',
    integer(1),
  ),
  uploadsAtOncePerOwner: setting(
    'LIMIT_UPLOADS_AT_ONCE_PER_OWNER',
    '8',
    'the same for one owner',
    integer(1),
  ),
  mediaBytes: optionalSetting(
    'LIMIT_MEDIA_BYTES',
    'bytes of all stored videos together; above it, the oldest copies are deleted; unset: no limit',
    integer(1),
  ),
  uploadBytesPerOwner: setting(
    'LIMIT_UPLOAD_BYTES_PER_OWNER',
    '10737418240',
    'bytes of uploaded images that are kept for one owner; a small image counts as 64 KB',
    integer(1),
  ),
};

/** The values of these settings. */
export type LimitsConfig = Values<typeof limitSettings>;
