import { taskError } from '../../../src/providers/task-error.ts';
import { describe, expect, it } from 'vitest';
import { readSubmitAnswer } from '../../../src/providers/kie/submit/submit-response.ts';
import { withResponse } from '../../../src/providers/quoted-response.ts';
import type { Answer } from '../../../src/providers/http/answer.ts';

const id = '0819326cc7fddfd620baf6e1f0db7e2b';

interface Row {
  readonly name: string;
  readonly source: string;
  readonly body: unknown;
  readonly status?: number;
  readonly retryAfterMs?: number;
  readonly outcome: Readonly<Record<string, unknown>>;
}

const accepted = { kind: 'accepted', providerTaskId: id } as const;
it('what an error repeats of a response is short', () => {
  const long = 'x'.repeat(400_000);
  const { message, providerCode } = taskError('Kie.ai', 'PROVIDER_FAILED', long, long, 'NO');
  expect([message.length < 1000, (providerCode?.length ?? 0) < 1000]).toEqual([true, true]);
});

it('what the history repeats of a response is short', () => {
  const json = { code: 429, msg: 'x'.repeat(400_000) };
  const outcome = readSubmitAnswer('Kie.ai', {
    status: 200,
    retryAfterMs: null,
    json,
    text: JSON.stringify(json),
  });
  expect(outcome).toMatchObject({ kind: 'notSent', reason: expect.stringMatching(/^.{1,400}$/) as string });
});

const refused = (code: string, providerCode: string) =>
  ({ kind: 'refused', error: { code, providerCode, billed: 'NO' } }) as const;
const unknown = { kind: 'unknown' } as const;
const said = (code: number, msg: string) => ({ code, msg, data: null });

const rows: readonly Row[] = [
  {
    name: 'a task id',
    source: 'live, 2026-08',
    body: { code: 200, msg: 'success', data: { taskId: id } },
    outcome: accepted,
  },
  {
    name: 'a task id with its record id',
    source: 'live, 2026-04',
    body: { code: 200, msg: 'success', data: { taskId: id, recordId: id } },
    outcome: accepted,
  },
  {
    name: 'a task id in snake case',
    source: 'client',
    body: { code: 200, data: { task_id: id } },
    outcome: accepted,
  },
  {
    name: 'a task id beside a refusal',
    source: 'issue: whatever else it says',
    body: { code: 422, msg: 'x', data: { taskId: id } },
    outcome: accepted,
  },
  {
    name: 'a task id inside HTTP 500',
    source: 'issue: whatever else it says',
    body: { code: 500, data: { taskId: id } },
    status: 500,
    outcome: accepted,
  },
  {
    name: '401',
    source: 'doc',
    body: { code: 401, msg: 'You do not have access permissions' },
    outcome: refused('PROVIDER_UNAUTHORIZED', '401'),
  },
  {
    name: '401 as HTTP status too',
    source: 'doc',
    body: said(401, 'Unauthorized'),
    status: 401,
    outcome: refused('PROVIDER_UNAUTHORIZED', '401'),
  },
  { name: '402', source: 'doc', body: said(402, 'credits'), outcome: refused('INSUFFICIENT_CREDITS', '402') },
  { name: '433', source: 'doc', body: said(433, 'sub-key'), outcome: refused('INSUFFICIENT_CREDITS', '433') },
  { name: '451', source: 'doc', body: said(451, 'no access'), outcome: refused('IMAGE_UNREACHABLE', '451') },
  {
    name: '404',
    source: 'doc',
    body: said(404, 'Not Found'),
    status: 404,
    outcome: refused('MODEL_RETIRED', '404'),
  },
  {
    name: '422 without a prompt',
    source: 'live, 2026-08',
    body: said(422, 'Please enter prompt'),
    outcome: refused('PROVIDER_REJECTED', '422'),
  },
  {
    name: '422 for a model that is not there',
    source: 'client',
    body: said(422, 'Page does not exist or is not published'),
    outcome: refused('MODEL_RETIRED', '422'),
  },
  {
    name: '404 inside HTTP 200 for a model that is not there',
    source: 'client',
    body: said(404, 'Page does not exist or is not published'),
    outcome: refused('MODEL_RETIRED', '404'),
  },
  {
    name: '400 for a model that was retired',
    source: 'client, 2026-10',
    body: said(400, 'veo-3-1 is no longer available'),
    outcome: refused('MODEL_RETIRED', '400'),
  },
  ...[
    'The model veo3_fast has been retired and is no longer available.',
    'Veo is no longer available.',
    'Model no longer available',
    'Veo 3.1 (Fast) is no longer supported',
    'This model has been discontinued.',
  ].map((text): Row => ({
    name: `422 for a model that is gone: "${text}"`,
    source: 'ours, after clients, 2026-10',
    body: said(422, text),
    outcome: refused('MODEL_RETIRED', '422'),
  })),
  ...[
    'The image at https://a.example/1.png is no longer available.',
    'The reference file is no longer available',
    'Your link is no longer available',
  ].map((text): Row => ({
    name: `422 for something else that is gone: "${text}"`,
    source: 'ours',
    body: said(422, text),
    outcome: refused('PROVIDER_REJECTED', '422'),
  })),
  {
    name: '422 that names the content filter',
    source: 'live, 2026-07 (in a record)',
    body: said(422, 'CONTENT_POLICY_BLOCKED: The input or output was flagged as sensitive.'),
    outcome: refused('CONTENT_FILTERED', '422'),
  },
  {
    name: '402 without credits',
    source: 'client',
    body: said(402, 'Credits insufficient'),
    outcome: refused('INSUFFICIENT_CREDITS', '402'),
  },
  {
    name: '401 of October',
    source: 'live, 2026-10',
    body: said(
      401,
      'Unauthorized – Authentication failed. Please check that your Authorization and Content-Type headers are correctly set.',
    ),
    outcome: refused('PROVIDER_UNAUTHORIZED', '401'),
  },
  { name: '505', source: 'doc', body: said(505, 'disabled'), outcome: refused('PROVIDER_REJECTED', '505') },
  {
    name: '400 by policy',
    source: 'doc',
    body: said(400, 'Your prompt was flagged by Website as violating content policies.'),
    outcome: refused('CONTENT_FILTERED', '400'),
  },
  {
    name: '400 by an unsafe image',
    source: 'doc',
    body: said(400, 'public error unsafe image upload.'),
    outcome: refused('CONTENT_FILTERED', '400'),
  },
  {
    name: '400 by an image out of reach',
    source: 'doc',
    body: said(
      400,
      'Failed to fetch the image. Kindly verify any access limits set by you or your service provider.',
    ),
    outcome: refused('IMAGE_UNREACHABLE', '400'),
  },
  {
    name: '400 by language',
    source: 'doc',
    body: said(400, 'Only English prompts are supported at this time.'),
    outcome: refused('PROVIDER_REJECTED', '400'),
  },
  {
    name: 'the bot filter',
    source: 'client',
    body: 'error code: 1010',
    status: 403,
    outcome: refused('PROVIDER_UNAUTHORIZED', '1010'),
  },
  {
    name: '429 in the envelope',
    source: 'doc, getting started',
    body: said(429, 'Rate limit exceeded'),
    status: 429,
    retryAfterMs: 3000,
    outcome: { kind: 'notSent', cause: 'notNow', retryAfterMs: 3000 },
  },
  {
    name: '429 in the words of 2026, inside HTTP 200',
    source: 'live, 2026',
    body: said(429, 'Your call frequency is too high. Please try again later.'),
    outcome: {
      kind: 'notSent',
      cause: 'notNow',
      reason: expect.stringContaining('429: Your call frequency'),
    },
  },
  {
    name: '429 in the envelope inside HTTP 200',
    source: 'doc',
    body: said(429, 'Rate limit exceeded'),
    outcome: { kind: 'notSent', cause: 'notNow', retryAfterMs: null },
  },
  {
    name: '455',
    source: 'doc',
    body: said(455, 'maintenance'),
    outcome: { kind: 'notSent', cause: 'notNow' },
  },
  {
    name: '429 in another form',
    source: 'issue',
    body: '<html>slow down</html>',
    status: 429,
    outcome: unknown,
  },
  { name: '400 in another form', source: 'issue', body: said(400, '1080P is processing.'), outcome: unknown },
  { name: '408', source: 'doc', body: said(408, 'timeout'), outcome: unknown },
  { name: '500', source: 'doc', body: said(500, 'Server Error'), outcome: unknown },
  { name: 'HTTP 500', source: 'doc', body: said(500, 'Server Error'), status: 500, outcome: unknown },
  {
    name: 'a refusal inside HTTP 502',
    source: 'issue: any 5xx',
    body: said(402, 'credits'),
    status: 502,
    outcome: unknown,
  },
  { name: 'a page with HTTP 200', source: 'client', body: '<html></html>', outcome: unknown },
  {
    name: 'success without an id',
    source: 'ours',
    body: { code: 200, msg: 'success', data: null },
    outcome: unknown,
  },
  {
    name: 'success with an id that cannot be one',
    source: 'client',
    body: { code: 200, data: { taskId: 'a b/c' } },
    outcome: unknown,
  },
  { name: 'an answer without a code', source: 'ours', body: { ok: true }, outcome: unknown },
  { name: 'a redirect', source: 'client', body: '', status: 302, outcome: unknown },
  { name: '501', source: 'doc', body: said(501, 'failed'), outcome: unknown },
  // Not now and refusals are believed in the documented form alone: what may hold an id may be billed.
  ...[429, 455, 422].flatMap((code) =>
    [
      { taskId: 123_456 },
      { taskId: 'id with spaces' },
      { taskId: 'veo/task:1' },
      { task: { taskId: id } },
      { task: { record_id: 7 } },
      { id },
      [{ taskId: id }],
      [id],
      id,
      7,
      JSON.stringify({ taskId: id }),
    ].map((data): Row => ({
      name: `${code} with ${JSON.stringify(data)} as data`,
      source: 'ours',
      body: { code, msg: 'x', data },
      outcome: unknown,
    })),
  ),
  ...[429, 422].flatMap((code): Row[] => [
    {
      name: `${code} beside an odd id`,
      source: 'ours',
      body: { code, msg: 'x', taskId: 7 },
      outcome: unknown,
    },
    {
      name: `${code} with no id in its data`,
      source: 'issue: without a task id',
      body: { code, msg: 'x', data: { taskId: null, recordId: '', detail: 'prompt' } },
      outcome: { kind: code === 429 ? 'notSent' : 'refused' },
    },
  ]),
  ...[201, 302, 400, 403, 404, 408, 409, 425, 499].flatMap((status) =>
    [429, 402].map((code): Row => ({
      name: `${code} inside HTTP ${status}`,
      source: 'issue: in another form',
      body: said(code, 'x'),
      status,
      outcome: unknown,
    })),
  ),
  {
    name: 'the bot filter beside an odd id',
    source: 'ours',
    body: { data: { taskId: 7 }, msg: 'error code: 1010' },
    status: 403,
    outcome: unknown,
  },
];

describe('an answer to a paid create', () => {
  it.each(rows)(
    'with $name ($source) is $outcome.kind',
    ({ body, status = 200, retryAfterMs = null, outcome }) => {
      const answer: Answer = {
        status,
        retryAfterMs,
        json: typeof body === 'string' ? undefined : body,
        text: typeof body === 'string' ? body : JSON.stringify(body),
      };
      expect(readSubmitAnswer('Kie.ai', answer)).toMatchObject(outcome);
    },
  );

  const mine = '9f21795875497799c';
  it.each([
    ['another name', { code: 200, data: { generationId: mine } }],
    ['another name in snake case', { code: 200, data: { prediction_id: mine } }],
    ['the name of a task', { code: 200, data: { task: mine } }],
    ['text in its data', { code: 200, data: `taskId=${mine}` }],
    ['JSON in text that was cut', `{"code":200,"data":"{\\"taskId\\":\\"${mine}\\"`],
    ['a form', `code=200&taskId=${mine}`],
    ['XML', `<response><taskId>${mine}</taskId></response>`],
    ['another kind of quotes', `{'data': {'taskId': '${mine}'}}`],
    ['UTF-16', JSON.stringify({ data: { taskId: mine } }).replaceAll(/(?<=.)/g, '\0')],
  ])('keeps what may be an id in %s', (_what, body) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const json = typeof body === 'string' ? undefined : body;
    const outcome = readSubmitAnswer('Kie.ai', { status: 200, retryAfterMs: null, json, text });
    expect(outcome).toMatchObject({ kind: 'unknown', possibleIds: [mine] });
  });

  it('proves refusal all the same beside the id of a request', () => {
    const json = { code: 422, msg: 'x', data: { requestId: mine, traceId: '1f' } };
    const answer = { status: 200, retryAfterMs: null, json, text: JSON.stringify(json) };
    expect(readSubmitAnswer('Kie.ai', answer)).toMatchObject({ kind: 'refused' });
  });

  it('is quoted for the log without secrets where it proves nothing', () => {
    const text = 'key: sk-1, https://e.example/callbacks/kie/t0k3n, no id that anyone knows';
    const outcome = { kind: 'unknown', reason: 'x', possibleIds: [] } as const;
    expect(withResponse(outcome, text, ['sk-1', 't0k3n', ''])).toEqual({
      ...outcome,
      response: 'key: …, https://e.example/callbacks/kie/…, no id that anyone knows',
    });
  });

  it('names the action to take, and quotes the provider', () => {
    const answer: Answer = { status: 200, retryAfterMs: null, json: said(402, 'No credits'), text: '' };
    expect(readSubmitAnswer('the simulator', answer)).toEqual({
      kind: 'refused',
      error: {
        code: 'INSUFFICIENT_CREDITS',
        message:
          'The simulator refused the task: No credits. Top up the account or raise the cap of its key, then retry.',
        reason: { code: 'INSUFFICIENT_CREDITS', params: { provider: 'the simulator', text: 'No credits' } },
        providerCode: '402',
        retryable: true,
        billed: 'NO',
      },
    });
  });
});
