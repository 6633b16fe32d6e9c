/**
 * The place where a switch acts: on the paid POST, on status queries, on file downloads, on callbacks, on one task, on the wires of
 * Google alone or on the process.
 */
export type SwitchPlace = 'create' | 'check' | 'file' | 'callback' | 'task' | 'google' | 'process';

/** A row of the table. */
export interface SwitchRow {
  readonly name: string;
  readonly place: SwitchPlace;
  /** The kind of value after `=`; a row without it takes none. */
  readonly value?: 'CODE' | 'STATUS' | 'MS' | 'N' | 'SECONDS' | 'URL' | 'WORD';
  /** The value if none is given; a row with `value` and without it must be given one. */
  readonly usual?: string;
  readonly about: string;
}

/**
 * Every misbehaviour that the simulator knows. Valueless rows of `check`, `file` and `task` travel in the task id
 * (see task-id.ts) by their order here, so new ones go after the others of this table.
 */
export const SWITCHES = [
  // What a create can answer or do instead of answering.
  {
    name: 'create-code',
    place: 'create',
    value: 'CODE',
    usual: '500',
    about:
      'refuse with this body code inside HTTP 200 (400, 400-language, 400-image, 400-unsafe, 401, …, 505; 400-model, 404-model, 422-model: not offered)',
  },
  {
    name: 'create-http',
    place: 'create',
    value: 'STATUS',
    usual: '500',
    about: 'refuse with this HTTP status (403: error code 1010; 429: with Retry-After; 502: an HTML page)',
  },
  {
    name: 'create-drop',
    place: 'create',
    about: 'accept and bill, then close the connection without an answer',
  },
  { name: 'create-cut', place: 'create', about: 'accept and bill, then cut the answer in the middle' },
  { name: 'create-accept-500', place: 'create', about: 'accept and bill, then answer HTTP 500' },
  { name: 'create-hang', place: 'create', about: 'accept and bill, then never answer' },
  {
    name: 'create-late',
    place: 'create',
    value: 'MS',
    usual: '3000',
    about: 'accept and bill immediately, and answer after this time',
  },
  { name: 'create-html', place: 'create', about: 'accept and bill, then answer an HTML page with HTTP 200' },
  { name: 'create-no-id', place: 'create', about: 'accept and bill, then answer code 200 with data null' },
  {
    name: 'create-reset',
    place: 'create',
    about:
      'reset the connection without accepting; before the body is read if asked for by header or process',
  },
  // How the record ends.
  { name: 'fail', place: 'check', about: 'the record ends failed: 501, successFlag 2' },
  {
    name: 'filtered',
    place: 'check',
    about: 'the record ends failed by the content filter: 400, successFlag 2',
  },
  { name: 'upstream-failed', place: 'check', about: 'the record ends failed upstream: 500, successFlag 3' },
  { name: 'dead-image', place: 'check', about: 'the record ends failed because no image could be fetched' },
  { name: 'stuck', place: 'check', about: 'the record never ends' },
  // How the record is written.
  { name: 'result-urls-string', place: 'check', about: 'resultUrls is a JSON string instead of an array' },
  {
    name: 'result-urls-top',
    place: 'check',
    about: 'resultUrls is a JSON string directly in data, as in the quickstart',
  },
  { name: 'result-json-object', place: 'check', about: 'jobs: resultJson is an object instead of a string' },
  { name: 'first-frame', place: 'check', about: 'jobs: resultJson has the first frame of the video too' },
  { name: 'param-object', place: 'check', about: 'jobs: param.input is an object instead of a string' },
  { name: 'text-times', place: 'check', about: 'times are "2025-06-06 10:30:00" strings instead of numbers' },
  {
    name: 'null-data',
    place: 'check',
    about: 'code 200 with data null, as for an id that the provider no longer has',
  },
  { name: 'wrong-id', place: 'check', about: "the record carries another task's id" },
  { name: 'credits-consumed', place: 'check', about: 'creditsConsumed is present on veo records too' },
  { name: 'no-credits-consumed', place: 'check', about: 'creditsConsumed is absent from jobs records' },
  { name: 'odd-state', place: 'check', about: 'an undocumented state (veo: an undocumented successFlag)' },
  { name: 'no-url', place: 'check', about: 'success without any URL' },
  { name: 'origin-only', place: 'check', about: 'above 720p only the smaller original is listed' },
  // What a check answers instead of a record.
  { name: 'check-malformed', place: 'check', about: 'half a JSON document' },
  { name: 'check-html', place: 'check', about: 'an HTML page with HTTP 200' },
  { name: 'check-huge', place: 'check', about: 'a record of 16 MiB' },
  { name: 'check-hang', place: 'check', about: 'no answer at all' },
  { name: 'check-drop', place: 'check', about: 'the connection is closed without an answer' },
  // What a download gets.
  { name: 'file-picky', place: 'file', about: 'HTTP 403 for a missing or a library-default User-Agent' },
  { name: 'file-expired', place: 'file', about: 'HTTP 404, as after the retention' },
  { name: 'file-html', place: 'file', about: 'an HTML page with HTTP 200' },
  { name: 'file-cut', place: 'file', about: 'the connection is cut in the middle of the body' },
  { name: 'file-no-range', place: 'file', about: 'Range is ignored: always the whole file with 200' },
  { name: 'file-slow', place: 'file', about: '1 KiB every 50 ms' },
  { name: 'file-octet-stream', place: 'file', about: 'Content-Type application/octet-stream' },
  {
    name: 'seed-route',
    place: 'task',
    about: 'GET /v1/video/task/{id} answers for veo tasks instead of HTTP 404',
  },
  {
    name: 'base-first',
    place: 'check',
    about:
      'veo: the record is of 720p whatever was requested; get-1080p-video and get-4k-video make the larger versions',
  },
  { name: 'upgrade-unavailable', place: 'check', about: 'veo: get-4k-video always answers code 500' },
  {
    name: 'market-record',
    place: 'check',
    about:
      'jobs: the record also has successFlag, response and progress, and a completeTime while unfinished',
  },
  {
    name: 'market-result',
    place: 'check',
    about: 'jobs: resultJson begins with lastFrameUrl, and other text follows it',
  },
  // With a value: known while the process lives, except for `duration`, which has its own field in the id.
  {
    name: 'check-code',
    place: 'check',
    value: 'CODE',
    usual: '500',
    about: 'this body code inside HTTP 200',
  },
  {
    name: 'market-failure',
    place: 'check',
    value: 'WORD',
    usual: 'content',
    about:
      'the record ends failed in the words of the market: content, policy, person, internal, image, download, audio, credits or retired',
  },
  { name: 'check-http', place: 'check', value: 'STATUS', usual: '500', about: 'this HTTP status' },
  { name: 'result-url', place: 'check', value: 'URL', about: 'the record lists this URL as its result' },
  { name: 'file-redirect', place: 'file', value: 'URL', about: 'HTTP 302 to this URL' },
  { name: 'file-http', place: 'file', value: 'STATUS', usual: '500', about: 'this HTTP status' },
  { name: 'duration', place: 'task', value: 'MS', about: 'how long this task takes, at most about 9 hours' },
  {
    name: 'times',
    place: 'task',
    value: 'N',
    about: 'the other switches act on the first N creates of a prompt, checks and downloads of a task only',
  },
  // Callbacks, sent when the create gave a callBackUrl.
  { name: 'callback-none', place: 'callback', about: 'never sent' },
  {
    name: 'callback-late',
    place: 'callback',
    value: 'MS',
    usual: '5000',
    about: 'sent this long after the end',
  },
  { name: 'callback-twice', place: 'callback', about: 'sent twice' },
  { name: 'callback-early', place: 'callback', about: 'sent at half time, before the record is final' },
  {
    name: 'callback-forged',
    place: 'callback',
    about: 'at half time a forged body with an old valid signature; the true one follows',
  },
  { name: 'callback-unsigned', place: 'callback', about: 'no signature although there is a key' },
  // Google alone; these are not in an id, so they are known while the process lives.
  {
    name: 'google-status',
    place: 'google',
    value: 'WORD',
    about:
      'Omni: it ends with this status: requires_action, incomplete, budget_exceeded, cancelled, or any word',
  },
  {
    name: 'google-errors',
    place: 'google',
    value: 'WORD',
    usual: 'internal',
    about: 'Omni: it fails with an errors[] of this code (internal, safety, prohibited_content, …)',
  },
  {
    name: 'google-poll',
    place: 'google',
    value: 'WORD',
    usual: 'task',
    about:
      'Omni: from its end on, the poll answers HTTP 400: task or filtered (final), credentials, numeric or page (not about the task)',
  },
  {
    name: 'google-inline',
    place: 'google',
    about: 'Omni: the video is inside the JSON, whatever was asked for',
  },
  {
    name: 'google-file',
    place: 'google',
    value: 'WORD',
    usual: 'late',
    about:
      'Omni: the file is PROCESSING twice and then ACTIVE (late), always (processing), FAILED (failed), or 404 (gone)',
  },
  {
    name: 'google-retired',
    place: 'google',
    about: 'a create answers HTTP 404: the model is no longer available',
  },
  {
    name: 'google-error',
    place: 'google',
    value: 'N',
    usual: '13',
    about: 'Vertex: it ends with this number of gRPC (3, 7, 8, 13, …)',
  },
  {
    name: 'google-gcs',
    place: 'google',
    about: 'Vertex: the video is in Cloud Storage, whatever was asked for',
  },
  {
    name: 'google-bytes',
    place: 'google',
    value: 'N',
    about: 'Vertex: the video has this many bytes',
  },
  {
    name: 'google-token',
    place: 'google',
    value: 'WORD',
    usual: 'refused',
    about:
      'the token endpoint and the metadata server answer invalid_grant (refused), HTTP 503 (unavailable) or nothing (hang)',
  },
  {
    name: 'google-draft',
    place: 'google',
    value: 'WORD',
    usual: 'blocked',
    about: 'generateContent: blocked, empty, cut, page, hang, or an HTTP status',
  },
  // The whole process.
  {
    name: 'bot-filter',
    place: 'process',
    about: 'HTTP 403, error code 1010, on every API call with a library-default User-Agent',
  },
  {
    name: 'outage',
    place: 'process',
    value: 'MS',
    about: 'HTTP 500 on every check for this long after the start',
  },
  {
    name: 'credits',
    place: 'process',
    value: 'N',
    about: 'the balance at the start; creates it does not cover get code 402',
  },
  { name: 'retry-after', place: 'task', value: 'SECONDS', about: 'the Retry-After of every HTTP 429' },
] as const satisfies readonly SwitchRow[];
