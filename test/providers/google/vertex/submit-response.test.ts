import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readCutResponse,
  readSubmitResponse,
} from '../../../../src/providers/google/vertex/submit-response.ts';
import { NoAnswerError } from '../../../../src/providers/http/faults.ts';
import { parseJson } from '../../../../src/providers/http/json.ts';
import { operation } from '../../../support/vertex-api.ts';

const model = 'veo-3.1-generate-001';
const read = (status: number, body: unknown, retryAfterMs: number | null = null) => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return readSubmitResponse('Google', model, { status, text, json: parseJson(text), retryAfterMs });
};
const error = (code: number, message: string, status = 'X') => ({ error: { code, message, status } });
const refused = (code: string, message = /./) => ({
  kind: 'refused',
  error: { code, message: expect.stringMatching(message) as string, billed: 'NO' },
});
const unknown = (possibleIds: readonly string[] = []) => ({ kind: 'unknown', possibleIds });
const accepted = { kind: 'accepted', providerTaskId: operation, memo: null };

describe('the response to a paid create', () => {
  it.each<[string, number, unknown, object]>([
    ['the name of an operation', 200, { name: operation }, accepted],
    ['the name with metadata', 200, { name: operation, metadata: {}, done: false }, accepted],
    ['the name in an error, since it may run', 500, { name: operation }, accepted],
    [
      '400',
      400,
      error(400, 'Invalid value.', 'INVALID_ARGUMENT'),
      refused('PROVIDER_REJECTED', /Invalid value/),
    ],
    [
      '400 about the prompt',
      400,
      error(400, "The prompt contains sensitive words that violate Google's Responsible AI practices."),
      refused('CONTENT_FILTERED'),
    ],
    ['400 in a list', 400, [error(400, 'Invalid.')], refused('PROVIDER_REJECTED')],
    ['401', 401, error(401, 'Expired.', 'UNAUTHENTICATED'), refused('PROVIDER_UNAUTHORIZED')],
    ['403', 403, error(403, 'Denied on resource.', 'PERMISSION_DENIED'), refused('PROVIDER_UNAUTHORIZED')],
    ['404', 404, error(404, 'No such project.', 'NOT_FOUND'), refused('PROVIDER_REJECTED')],
    [
      '404 of a retired model',
      404,
      error(404, `models/${model} is no longer available.`, 'NOT_FOUND'),
      refused('MODEL_RETIRED', /Use gemini-omni-1\.2-flash instead\.$/),
    ],
    [
      '404 of a model that the project does not have',
      404,
      error(
        404,
        `Publisher Model \`projects/p/${model}\` was not found or your project does not have access to it.`,
      ),
      refused('MODEL_RETIRED', /veo-3\.1-generate-001, or not to this project and location/),
    ],
    ['413', 413, error(413, 'Too large.'), refused('PROVIDER_REJECTED')],
    ['500', 500, error(500, 'Internal.'), unknown()],
    ['503', 503, error(503, 'Unavailable.'), unknown()],
    ['504', 504, error(504, 'Deadline.'), unknown()],
    ['408', 408, error(408, 'Timeout.'), unknown()],
    ['409', 409, error(409, 'Conflict.'), unknown()],
    ['a code that is not that of HTTP', 400, error(404, 'x'), unknown()],
    ['400 from something in between', 400, '<html>', unknown()],
    ['401 from something in between', 401, { message: 'no' }, unknown()],
    ['404 from something in between', 404, '<html>', unknown()],
    ['429 from something in between', 429, 'slow down', unknown()],
    ['a redirect', 307, '', unknown()],
    ['nothing', 200, '', unknown()],
    ['an empty object', 200, {}, unknown()],
    ['a name in another place', 200, { data: { name: operation } }, unknown([operation])],
    ['a name in an error', 400, error(400, `Failed: ${operation}`), unknown([operation])],
    ['a name of another form', 200, { name: 'operations/123' }, unknown()],
  ])('%s', (_what, status, body, outcome) => {
    expect(read(status, body)).toMatchObject(outcome);
  });

  it.each([
    ['as long as it asks for', 7000, 7000],
    // Quotas are per minute.
    ['for a minute where it asks for nothing', null, 60_000],
  ])('429 is not sent, and waits %s', (_how, asked, waits) => {
    expect(read(429, error(429, 'Resource exhausted.', 'RESOURCE_EXHAUSTED'), asked)).toEqual({
      kind: 'notSent',
      reason: 'Google answered 429: Resource exhausted.',
      retryAfterMs: waits,
      cause: 'notNow',
    });
  });

  it.each([
    ['with the whole name', `{"name":"${operation}"`, accepted],
    ['in pretty print', `{\n  "name": "${operation}"\n`, accepted],
    ['inside of the name', `{"name":"${operation.slice(0, -3)}`, unknown([operation.slice(0, -3)])],
    ['before the name', '{"na', unknown()],
  ])('that was cut %s', (_where, text, outcome) => {
    expect(readCutResponse(new NoAnswerError('UND_ERR_SOCKET', true, null, text))).toMatchObject(outcome);
  });

  it('of any kind is refused or held back by its own envelope alone', () => {
    const body = fc.oneof(
      fc.jsonValue(),
      fc.string(),
      fc.record({
        error: fc.record({
          code: fc.oneof(fc.integer({ min: 100, max: 600 }), fc.jsonValue()),
          message: fc.jsonValue(),
        }),
      }),
    );
    const law = fc.property(body, fc.integer({ min: 100, max: 599 }), (value, status) => {
      const outcome = read(status, value);
      if (outcome.kind === 'unknown') return true;
      const json = parseJson(typeof value === 'string' ? value : JSON.stringify(value));
      const envelope = JSON.stringify(json);
      if (outcome.kind === 'accepted') return envelope.includes('/operations/');
      const isOwn =
        envelope.includes('"error"') && Number((/"code":"?(\d+)/.exec(envelope) ?? [])[1]) === status;
      return (
        isOwn && (outcome.kind === 'notSent' ? status === 429 : [400, 401, 403, 404, 413].includes(status))
      );
    });
    expect(fc.check(law, { numRuns: 3000 }).counterexample).toBeNull();
  });
});
