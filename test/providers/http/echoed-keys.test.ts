import { expect, it } from 'vitest';
import { OmniApi } from '../../../src/providers/google/omni/omni-api.ts';
import { ProviderHttp } from '../../../src/providers/http/http.ts';
import { startLoopback } from '../../support/loopback.ts';

const key = 'AIza-secret-1234';

it.each([
  ['a bearer token', { authorization: `Bearer ${key}` }],
  ['a key of Google', { 'x-goog-api-key': key }],
])('a response that echoes %s is read without it', async (_what, headers) => {
  await using server = await startLoopback((_request, response) => {
    response.end(JSON.stringify({ error: { message: `Consumer 'api_key:${key}' has been suspended.` } }));
  });
  await using http = new ProviderHttp({ timeoutMs: 5000, headers });
  const { json, text } = await http.get(server.url, new AbortController().signal);
  expect(json).toEqual({ error: { message: "Consumer 'api_key:…' has been suspended." } });
  expect(text).not.toContain(key);
});

it('a refusal that names the key is quoted without it', async () => {
  await using server = await startLoopback((request, response) => {
    request.resume();
    response.statusCode = 403;
    const message = `Permission denied: Consumer 'api_key:${key}' has been suspended.`;
    response.end(JSON.stringify({ error: { code: 403, message, status: 'PERMISSION_DENIED' } }));
  });
  await using omni = new OmniApi({ label: 'Google', apiKey: key, baseUrl: server.url, timeoutMs: 5000 });
  const request = {
    model: 'gemini-omni-1.2-flash',
    prompt: 'a cat',
    images: [],
    imagesAs: 'AUTO',
    negativePrompt: null,
    audio: null,
    aspectRatio: 'LANDSCAPE_16_9',
    durationSeconds: 8,
    resolution: 'P720',
    seed: null,
    providerOptions: null,
    callbackUrl: null,
  } as const;
  const outcome = await omni.submit(request, { signal: new AbortController().signal, mayStart: () => true });
  expect(outcome).toMatchObject({ kind: 'refused', error: { code: 'PROVIDER_UNAUTHORIZED' } });
  expect(JSON.stringify(outcome)).not.toContain(key);
});
