import { anything, assert, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readVideoAddress } from '../../../../src/providers/google/omni/file-address.ts';
import { readInteraction } from '../../../../src/providers/google/omni/interaction.ts';

const id = 'v1_abc';
const uri = 'https://generativelanguage.googleapis.com/v1beta/files/f1abc:download?alt=media';
const input = { type: 'user_input', content: [{ type: 'text', text: 'a cat' }] };
const output = (...content: object[]) => ({ type: 'model_output', content });
const video = { type: 'video', mime_type: 'video/mp4', uri };
const usage = { output_tokens_by_modality: [{ modality: 'video', tokens: 57_920 }] };
const interaction = (status: string, more: object = {}) => ({ id, object: 'interaction', status, ...more });
const error = (code: string | number, message: string, more: object = {}) => ({
  error: { code, message, ...more },
});

interface Row {
  readonly name: string;
  readonly source: string;
  readonly status?: number;
  readonly body: unknown;
  readonly state: Readonly<Record<string, unknown>>;
}

const completed = { kind: 'completed', providerStatus: 'completed', video: { kind: 'uri', uri } };
const failed = (code: string, more: object = {}) => ({ kind: 'failed', code, ...more });
const unknown = { kind: 'unknown' };
const unavailable = { kind: 'unavailable' };

const rows: readonly Row[] = [
  {
    name: 'in progress, as a create answers',
    source: 'sheet 8.1, live',
    body: interaction('in_progress', { created: '2026-11-23T00:00:00Z', service_tier: 'standard' }),
    state: { kind: 'processing', providerStatus: 'in_progress', echoedPrompt: null },
  },
  { name: 'queued', source: 'sheet 8.2, sdk', body: interaction('queued'), state: { kind: 'processing' } },
  {
    name: 'the status of the Agent Platform, in capitals',
    source: 'doc',
    body: interaction('IN_PROGRESS'),
    state: { kind: 'processing' },
  },
  {
    name: 'a decoding that is resumed',
    source: 'sdk',
    body: interaction('requires_continuation'),
    state: { kind: 'processing' },
  },
  {
    name: 'completed with a file',
    source: 'sheet 8.2, live',
    body: interaction('completed', {
      usage,
      steps: [input, { type: 'thought', signature: '...' }, output(video)],
    }),
    state: { ...completed, echoedPrompt: 'a cat' },
  },
  {
    name: 'completed, with the prompt that names both frames',
    source: 'client, live 2026-09-18',
    body: interaction('completed', {
      steps: [
        {
          type: 'user_input',
          content: [
            {
              type: 'text',
              text: '[# Sources <FIRST_FRAME>@Image1 <LAST_FRAME>@Image2] a cat',
            },
          ],
        },
        output(video),
      ],
    }),
    state: { ...completed, echoedPrompt: 'a cat' },
  },
  {
    name: 'completed inline',
    source: 'sheet 8.2, sdk',
    body: interaction('completed', {
      steps: [output({ type: 'video', mime_type: 'video/mp4', data: 'AAAA' })],
    }),
    state: { kind: 'completed', video: { kind: 'inline', data: 'AAAA', longString: null } },
  },
  {
    name: 'completed with text beside the video',
    source: 'client',
    body: interaction('completed', { steps: [output({ type: 'text', text: 'Here it is' }, video)] }),
    state: completed,
  },
  {
    name: 'completed, as the SDK shows it',
    source: 'sdk',
    body: interaction('completed', { output_video: video }),
    state: completed,
  },
  {
    name: 'completed, with the list of results of an older schema',
    source: 'client, 2026-08',
    body: interaction('completed', { outputs: [video] }),
    state: completed,
  },
  {
    name: 'completed, with a video among what was sent alone',
    source: 'ours: an edit',
    body: interaction('completed', {
      steps: [{ type: 'user_input', content: [{ type: 'text', text: 'edit it' }, video] }, output()],
    }),
    state: failed('CONTENT_FILTERED'),
  },
  {
    name: 'completed without a video',
    source: 'sheet 8.2, live',
    body: interaction('completed', { steps: [input, output({ type: 'text', text: 'I cannot make this.' })] }),
    state: failed('CONTENT_FILTERED', { text: 'I cannot make this.', billed: 'UNKNOWN' }),
  },
  {
    name: 'completed without anything',
    source: 'client',
    body: interaction('completed'),
    state: failed('CONTENT_FILTERED', { billed: 'UNKNOWN' }),
  },
  {
    name: 'completed without a video that was made all the same',
    source: 'client: the usage is what is billed',
    body: interaction('completed', { usage, steps: [output()] }),
    state: failed('CONTENT_FILTERED', { billed: 'YES' }),
  },
  {
    name: 'completed with a part of an unknown type',
    source: 'client, 2026-10: a change of shape is no content filter',
    body: interaction('completed', { usage, steps: [output({ type: 'video_v2', url: 'https://x.test/' })] }),
    state: unknown,
  },
  {
    name: 'failed with errors',
    source: 'sheet 8.2, sdk',
    body: interaction('failed', { errors: [{ code: 'internal', message: 'It broke.' }] }),
    state: failed('PROVIDER_FAILED', { providerCode: 'internal', text: 'It broke.' }),
  },
  ...['safety', 'image_safety', 'blocklist', 'prohibited_content'].map((code): Row => ({
    name: `failed by ${code}`,
    source: 'sdk: block reasons',
    body: interaction('failed', { errors: [{ code, message: 'no' }] }),
    state: failed('CONTENT_FILTERED', { providerCode: code }),
  })),
  {
    name: 'failed by the status of an error',
    source: 'client',
    body: interaction('failed', { error: { code: 'internal', status: 'PROHIBITED_CONTENT' } }),
    state: failed('CONTENT_FILTERED', { providerCode: 'internal' }),
  },
  {
    name: 'failed in a step, with a gRPC number',
    source: 'sdk: Status of a step',
    body: interaction('failed', {
      steps: [{ type: 'model_output', error: { code: 13, message: 'internal' } }],
    }),
    state: failed('PROVIDER_FAILED', { providerCode: '13', text: 'internal' }),
  },
  {
    name: 'failed because an image could not be fetched',
    source: 'ours',
    body: interaction('failed', {
      errors: [{ code: 'invalid_request', message: 'Cannot fetch the image.' }],
    }),
    state: failed('IMAGE_UNREACHABLE'),
  },
  {
    name: 'failed because the quota of the day is used up',
    source: 'doc: API errors',
    body: interaction('failed', { errors: [{ code: 'quota_exceeded', message: 'daily' }] }),
    state: failed('INSUFFICIENT_CREDITS'),
  },
  {
    name: 'failed without a word',
    source: 'ours',
    body: interaction('failed'),
    state: failed('PROVIDER_FAILED', { providerCode: 'failed', text: null }),
  },
  ...['cancelled', 'incomplete', 'requires_action', 'budget_exceeded'].map((status): Row => ({
    name: status,
    source: 'sheet 8.2, sdk',
    body: interaction(status),
    state: failed('PROVIDER_FAILED', { providerStatus: status, providerCode: status, billed: 'UNKNOWN' }),
  })),
  {
    name: 'an unknown status',
    source: 'sheet 8.2',
    body: interaction('rendering', { steps: [output(video)] }),
    state: unknown,
  },
  { name: 'no status', source: 'ours', body: { id }, state: unknown },
  {
    name: 'another interaction',
    source: 'ours',
    body: { ...interaction('completed', { steps: [output(video)] }), id: 'v1_other' },
    state: unknown,
  },
  { name: 'a list', source: 'ours', body: [], state: unknown },
  { name: 'no JSON', source: 'client: a page of HTML', body: undefined, state: unknown },
  {
    name: 'HTTP 400 about the task: a file',
    source: 'market C, live',
    status: 400,
    body: error('invalid_request', 'Unsupported file uri: blobstore:///genai-api/blobref/1'),
    state: failed('PROVIDER_REJECTED', { providerCode: 'invalid_request', billed: 'UNKNOWN' }),
  },
  {
    name: 'HTTP 400 about the task: its prompt',
    source: 'client, live 2026-09-18',
    status: 400,
    body: error('invalid_request', 'Input blocked: The prompt could not be processed'),
    state: failed('CONTENT_FILTERED'),
  },
  {
    name: 'HTTP 400 about our credentials',
    source: 'client, live 2026-10, of an interaction that ran',
    status: 400,
    body: error('invalid_request', 'Multiple authentication credentials received. Please pass only one.'),
    state: unavailable,
  },
  {
    name: 'HTTP 400 about our key',
    source: 'live 2026-04',
    status: 400,
    body: error(400, 'API key not found. Please pass a valid API key.', {
      status: 'INVALID_ARGUMENT',
      details: [{ reason: 'API_KEY_INVALID', domain: 'googleapis.com' }],
    }),
    state: unavailable,
  },
  {
    name: 'HTTP 400 of the classic API',
    source: 'sheet 7.1',
    status: 400,
    body: error(400, 'Request contains an invalid argument.', { status: 'INVALID_ARGUMENT' }),
    state: unknown,
  },
  {
    name: 'HTTP 400 about the schema of our requests',
    source: 'live 2026-06',
    status: 400,
    body: error('invalid_request', 'The legacy Interactions API schema is no longer supported.'),
    state: unknown,
  },
  { name: 'HTTP 400 with a page', source: 'ours', status: 400, body: undefined, state: unknown },
  { name: 'HTTP 400 with an empty error', source: 'ours', status: 400, body: { error: {} }, state: unknown },
  {
    name: 'HTTP 400 for an id that is not known',
    source: 'client, live 2026-10',
    status: 400,
    body: error('invalid_request', 'Invalid interaction name: interactions/v1_abc'),
    state: { ...unknown, isNotFound: true },
  },
  {
    name: 'HTTP 404',
    source: 'live 2026-09: also for one that was accepted',
    status: 404,
    body: error('not_found', 'Requested entity was not found.'),
    state: { ...unknown, isNotFound: true },
  },
  ...[401, 402, 403, 408, 429, 500, 502, 503, 504].map((status): Row => ({
    name: `HTTP ${status}`,
    source: 'doc: API errors',
    status,
    body: error('x', 'no'),
    state: unavailable,
  })),
  {
    name: 'HTTP 403 of the front end, in a list',
    source: 'client, live 2026-10',
    status: 403,
    body: [error(403, 'Requests are blocked.', { status: 'API_KEY_SERVICE_BLOCKED' })],
    state: unavailable,
  },
  { name: 'a redirect', source: 'ours', status: 302, body: undefined, state: unknown },
];

const read = (body: unknown, status = 200) =>
  readInteraction({ status, json: body, text: '', retryAfterMs: null }, id);

describe('a poll of an interaction', () => {
  it.each(rows)('is read: $name ($source)', ({ body, status, state }) => {
    expect(read(body, status)).toMatchObject(state);
  });

  it('has a state whatever it is, and completes nothing without a video', () => {
    assert(
      property(anything(), integer({ min: 100, max: 599 }), (body, status) => {
        expect(['processing', 'failed', 'unknown', 'unavailable']).toContain(read(body, status).kind);
      }),
    );
  });

  it('has a state whatever its parts are', () => {
    const bodies = record({
      id: constantFrom(id, undefined),
      status: constantFrom('completed', 'failed', 'in_progress', 'x'),
      steps: anything(),
      errors: anything(),
      usage: anything(),
      output_video: anything(),
    });
    assert(
      property(bodies, (body) => {
        expect(typeof read(body).kind).toBe('string');
      }),
    );
  });
});

describe('the address of a video', () => {
  const base = 'http://127.0.0.1:9100';
  it.each([
    ['the API itself', uri, { kind: 'file', fileId: 'f1abc', url: uri }],
    [
      'where the API is reached',
      `${base}/v1beta/files/f1:download?alt=media`,
      { kind: 'file', fileId: 'f1', url: `${base}/v1beta/files/f1:download?alt=media` },
    ],
    [
      'a key in it',
      `${base}/v1beta/files/f1:download?alt=media&key=SECRET`,
      { kind: 'file', fileId: 'f1', url: `${base}/v1beta/files/f1:download?alt=media` },
    ],
    [
      'the name of a file',
      'files/f1',
      { kind: 'file', fileId: 'f1', url: `${base}/v1beta/files/f1:download?alt=media` },
    ],
    [
      'a file at another origin',
      'https://evil.test/v1beta/files/f1:download?alt=media&key=k',
      { kind: 'public', url: 'https://evil.test/v1beta/files/f1:download?alt=media' },
    ],
    ['a public address', 'https://x.test/v.mp4', { kind: 'public', url: 'https://x.test/v.mp4' }],
    ['a bucket', 'gs://b/v.mp4', null],
    ['data', 'data:video/mp4;base64,AAAA', null],
    ['nothing', '', null],
  ])('is read: %s', (_name, address, expected) => {
    expect(readVideoAddress(address, base)).toEqual(expected);
  });
});
