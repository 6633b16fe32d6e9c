import { describe, expect, it } from 'vitest';
import { omniModels } from '../../../../src/providers/google/omni/models.ts';
import { readCutAnswer, readSubmitAnswer } from '../../../../src/providers/google/omni/submit-response.ts';
import { NoAnswerError } from '../../../../src/providers/http/faults.ts';

const reading = { label: 'Google', model: 'gemini-omni-1.2-flash', models: omniModels };
const error = (code: string | number, message = 'no', more: object = {}) => ({
  error: { code, message, ...more },
});
const accepted = { kind: 'accepted', providerTaskId: 'v1_abc', memo: null };
const refused = (code: string, providerCode: string | null) => ({
  kind: 'refused',
  error: { code, providerCode, billed: 'NO' },
});
const unknown = { kind: 'unknown', possibleIds: [] };

interface Row {
  readonly name: string;
  readonly source: string;
  readonly status: number;
  readonly body: unknown;
  readonly retryAfterMs?: number;
  readonly outcome: Readonly<Record<string, unknown>>;
}

const rows: readonly Row[] = [
  {
    name: 'an interaction',
    source: 'sheet 8.1, live',
    status: 200,
    body: { id: 'v1_abc', object: 'interaction', status: 'in_progress' },
    outcome: accepted,
  },
  {
    name: 'an interaction in HTTP 500',
    source: 'as for Kie: whatever else is said',
    status: 500,
    body: { id: 'v1_abc', status: 'in_progress' },
    outcome: accepted,
  },
  {
    name: 'one that has failed at once',
    source: 'ours: the poll says why',
    status: 200,
    body: { id: 'v1_abc', status: 'failed' },
    outcome: accepted,
  },
  {
    name: 'a field that is not known',
    source: 'doc: API errors',
    status: 400,
    body: error('parameter_unknown'),
    outcome: refused('PROVIDER_REJECTED', 'parameter_unknown'),
  },
  {
    name: 'the classic form',
    source: 'sheet 7.1',
    status: 400,
    body: error(400, 'Request contains an invalid argument.', { status: 'INVALID_ARGUMENT' }),
    outcome: refused('PROVIDER_REJECTED', 'INVALID_ARGUMENT'),
  },
  {
    name: 'a prompt that is blocked',
    source: 'client',
    status: 400,
    body: error('invalid_request', 'Prompt blocked for safety reasons', { status: 'PROHIBITED_CONTENT' }),
    outcome: refused('CONTENT_FILTERED', 'invalid_request'),
  },
  {
    name: 'a parameter whose name is about safety',
    source: 'client',
    status: 400,
    body: error('invalid_request', "Unknown parameter 'safety_settings'."),
    outcome: refused('PROVIDER_REJECTED', 'invalid_request'),
  },
  {
    name: 'a key that is not valid',
    source: 'live 2026-04',
    status: 400,
    body: error(400, 'API key not valid. Please pass a valid API key.', {
      status: 'INVALID_ARGUMENT',
      details: [{ reason: 'API_KEY_INVALID' }],
    }),
    outcome: refused('PROVIDER_UNAUTHORIZED', 'INVALID_ARGUMENT'),
  },
  {
    name: 'a key that is missing',
    source: 'doc: API errors',
    status: 401,
    body: error('authentication'),
    outcome: refused('PROVIDER_UNAUTHORIZED', 'authentication'),
  },
  {
    name: 'a key that may not do it, in a list',
    source: 'client, live 2026-10',
    status: 403,
    body: [error(403, 'Requests are blocked.', { status: 'API_KEY_SERVICE_BLOCKED' })],
    outcome: refused('PROVIDER_UNAUTHORIZED', 'API_KEY_SERVICE_BLOCKED'),
  },
  {
    name: 'an empty account',
    source: 'doc: API errors',
    status: 402,
    body: error('payment_required'),
    outcome: refused('INSUFFICIENT_CREDITS', 'payment_required'),
  },
  {
    name: 'a model that was retired',
    source: 'sheet 7',
    status: 404,
    body: error('not_found', 'This model gemini-omni-1.1-flash is no longer available to new users.'),
    outcome: refused('MODEL_RETIRED', 'not_found'),
  },
  {
    name: 'a model that is not known',
    source: 'doc: API errors',
    status: 404,
    body: error('model_not_found'),
    outcome: refused('MODEL_RETIRED', 'model_not_found'),
  },
  {
    name: 'requests that come too fast',
    source: 'doc: API errors, wait and retry',
    status: 429,
    body: error('rate_limit_exceeded'),
    outcome: { kind: 'notSent', cause: 'notNow', retryAfterMs: 60_000 },
  },
  {
    name: 'requests that come too fast, in the classic form, with a time',
    source: 'sheet 7.1',
    status: 429,
    body: error(429, 'quota', { status: 'RESOURCE_EXHAUSTED' }),
    retryAfterMs: 7000,
    outcome: { kind: 'notSent', cause: 'notNow', retryAfterMs: 7000 },
  },
  {
    name: 'the quota of the day',
    source: 'doc: API errors',
    status: 429,
    body: error('quota_exceeded'),
    outcome: refused('INSUFFICIENT_CREDITS', 'quota_exceeded'),
  },
  {
    name: 'HTTP 429 of something in between',
    source: 'ours',
    status: 429,
    body: undefined,
    outcome: unknown,
  },
  {
    name: 'HTTP 400 of something in between',
    source: 'ours',
    status: 400,
    body: undefined,
    outcome: unknown,
  },
  { name: 'HTTP 408', source: 'ours', status: 408, body: error('x'), outcome: unknown },
  { name: 'HTTP 409', source: 'ours', status: 409, body: error('aborted'), outcome: unknown },
  { name: 'HTTP 499', source: 'doc: API errors', status: 499, body: error('cancelled'), outcome: unknown },
  { name: 'HTTP 500', source: 'doc', status: 500, body: error('internal'), outcome: unknown },
  { name: 'HTTP 503', source: 'doc', status: 503, body: error('unavailable'), outcome: unknown },
  {
    name: 'HTTP 503 with a refusal',
    source: 'ours',
    status: 503,
    body: error('invalid_request'),
    outcome: unknown,
  },
  {
    name: 'success without an id',
    source: 'client',
    status: 200,
    body: { status: 'in_progress' },
    outcome: unknown,
  },
  { name: 'an id that cannot be one', source: 'ours', status: 200, body: { id: 'a b' }, outcome: unknown },
  { name: 'a page', source: 'client', status: 200, body: undefined, outcome: unknown },
];

describe('a response to the paid create of Omni', () => {
  it.each(rows)('proves: $name ($source)', ({ status, body, retryAfterMs = null, outcome }) => {
    const read = readSubmitAnswer(reading, { status, json: body, text: '', retryAfterMs });
    expect(read).toMatchObject(outcome);
  });

  it.each([
    ['a known one', 'gemini-omni-1.1-flash'],
    ['one that was never listed', 'gemini-omni-flash-preview'],
  ])('names the successor of a retired model: %s', (_name, model) => {
    const json = error('not_found', `The model ${model} is no longer available.`);
    const outcome = readSubmitAnswer(
      { ...reading, model },
      { status: 404, json, text: '', retryAfterMs: null },
    );
    expect(outcome).toMatchObject({
      error: {
        message: `Google no longer offers the model: The model ${model} is no longer available. Use gemini-omni-1.2-flash instead.`,
      },
    });
  });

  it.each([
    ['the whole', '{"id":"v1_abc","status":"in_progress"}', accepted],
    ['the id', '{"id":"v1_abc","stat', accepted],
    ['half of the id', '{"id":"v1_a', { kind: 'unknown', reason: 'ECONNRESET' }],
    ['another id', '{"webhook":{"id":"v1_abc"', { kind: 'unknown', reason: 'ECONNRESET' }],
    ['nothing', '', { kind: 'unknown', reason: 'ECONNRESET' }],
  ])('is an acceptance where it was cut after %s', (_name, text, outcome) => {
    expect(readCutAnswer(new NoAnswerError('ECONNRESET', true, null, text))).toMatchObject(outcome);
  });
});
