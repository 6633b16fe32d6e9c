import { describe, expect, it } from 'vitest';
import { startSimulator, type SimulatorOptions } from '../../../src/providers/simulator/simulator.ts';

const key = { 'x-goog-api-key': 'k' };
const format = {
  type: 'video',
  aspect_ratio: '9:16',
  resolution: '720p',
  duration: '8s',
  delivery: 'uri',
} as const;
const body = (prompt: string, more: object = {}) => ({
  model: 'gemini-omni-1.2-flash',
  input: [{ type: 'text', text: prompt }],
  background: true,
  store: true,
  response_format: format,
  ...more,
});

/** A simulator that is done at once, and a client that answers status and JSON. */
async function start(options: Partial<SimulatorOptions> = {}) {
  const simulator = await startSimulator({ durationMs: 0, ...options });
  const send = async (
    method: string,
    path: string,
    json?: unknown,
    headers: Record<string, string> = key,
  ) => {
    const response = await fetch(simulator.url + path, {
      method,
      headers,
      redirect: 'manual',
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      json: (isJson ? JSON.parse(text) : text) as Record<string, unknown>,
      location: response.headers.get('location'),
    };
  };
  const create = async (prompt: string, more: object = {}) =>
    String((await send('POST', '/v1beta/interactions', body(prompt, more))).json['id']);
  return {
    simulator,
    send,
    create,
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}

describe('the simulation of the Interactions API', () => {
  it('makes an interaction, shows its end, and serves the file from another origin', async () => {
    await using google = await start();
    const made = await google.send('POST', '/v1beta/interactions', body('a cat'));
    expect(made).toMatchObject({ status: 200, json: { object: 'interaction', service_tier: 'standard' } });
    const id = String(made.json['id']);
    const polled = await google.send('GET', `/v1beta/interactions/${id}`);
    expect(polled.json).toMatchObject({
      status: 'completed',
      usage: { output_tokens_by_modality: [{ modality: 'video', tokens: 46_336 }] },
      steps: [
        { type: 'user_input', content: [{ type: 'text', text: 'a cat' }] },
        { type: 'thought' },
        {
          type: 'model_output',
          content: [{ type: 'video', mime_type: 'video/mp4', uri: expect.any(String) as string }],
        },
      ],
    });
    const uri = /"uri":"[^"]*(\/v1beta\/files\/\w+):download\?alt=media"/.exec(JSON.stringify(polled.json));
    const file = uri?.[1] ?? '';
    expect((await google.send('GET', file)).json).toMatchObject({ state: 'ACTIVE', source: 'GENERATED' });
    const { status, location } = await google.send('GET', `${file}:download?alt=media`);
    expect([status, new URL(location ?? '').origin === google.simulator.url]).toEqual([302, false]);
    const media = new URL(location ?? '').pathname;
    await google.send('GET', media, undefined, {});
    expect(google.simulator.stats).toMatchObject({ leakedKeys: 0, fileFetches: 1, createsAccepted: 1 });
    await google.send('GET', media);
    expect(google.simulator.stats.leakedKeys).toBe(1);
  });

  it.each([
    ['a field that it does not know', { negative_prompt: 'x' }, 400, 'parameter_unknown'],
    ['a duration as a number', { response_format: { ...format, duration: 8 } }, 400, 'invalid_request'],
    [
      'a duration that is too long',
      { response_format: { ...format, duration: '16s' } },
      400,
      'invalid_request',
    ],
    ['an aspect ratio', { response_format: { ...format, aspect_ratio: '1:1' } }, 400, 'invalid_request'],
    ['a model that was shut down', { model: 'veo-3.1-generate-preview' }, 404, 'not_found'],
    ['a model that never was', { model: 'gemini-omni-9' }, 404, 'model_not_found'],
    [
      'a task that contradicts the images',
      { generation_config: { video_config: { task: 'image_to_video' } } },
      400,
      'invalid_request',
    ],
  ])('refuses %s', async (_name, more, status, code) => {
    await using google = await start();
    const answer = await google.send('POST', '/v1beta/interactions', body('a cat', more));
    expect(answer).toMatchObject({ status, json: { error: { code } } });
    expect(google.simulator.stats).toMatchObject({ createsReceived: 1, createsAccepted: 0 });
  });

  it('requires the key, in one place alone', async () => {
    await using google = await start({ apiKey: 'k' });
    const poll = (path: string, headers: Record<string, string>) =>
      google.send('GET', `/v1beta/interactions/x${path}`, undefined, headers);
    expect((await poll('', {})).status).toBe(403);
    expect((await poll('', { 'x-goog-api-key': 'other' })).json).toMatchObject({
      error: { code: 400, details: [{ reason: 'API_KEY_INVALID' }] },
    });
    expect((await poll('?key=k', key)).json).toMatchObject({ error: { code: 'invalid_request' } });
    expect((await poll('', key)).json).toMatchObject({
      error: { message: 'Invalid interaction name: interactions/x' },
    });
  });

  it('cancels only what still runs', async () => {
    await using google = await start({ durationMs: 60_000 });
    const id = await google.create('a cat');
    const canceled = await google.send('POST', `/v1beta/interactions/${id}/cancel`);
    expect(canceled).toMatchObject({ status: 200, json: { status: 'cancelled' } });
    expect((await google.send('POST', `/v1beta/interactions/${id}/cancel`)).status).toBe(400);
    expect((await google.send('GET', `/v1beta/interactions/${id}`)).json).toMatchObject({
      status: 'cancelled',
    });
    expect((await google.send('DELETE', `/v1beta/interactions/${id}`)).status).toBe(200);
    expect((await google.send('GET', `/v1beta/interactions/${id}`)).status).toBe(400);
  });

  it.each([
    ['filtered', { status: 'completed' }],
    ['fail', { status: 'failed', errors: [{ code: 'internal' }] }],
    ['google-errors=safety', { status: 'failed', errors: [{ code: 'safety' }] }],
    ['google-status=requires_action', { status: 'requires_action' }],
    ['odd-state', { status: 'rendering' }],
    ['stuck', { status: 'in_progress' }],
    ['google-poll', { error: { code: 'invalid_request', message: /blobstore/ } }],
    ['google-poll=numeric', { error: { code: 400, status: 'INVALID_ARGUMENT' } }],
    ['google-inline', { steps: [{}, {}, { content: [{ data: /^[A-Za-z0-9+/]+=*$/ }] }] }],
  ])('ends as %s says', async (name, record) => {
    await using google = await start();
    const id = await google.create(`a cat [sim:${name}]`);
    const { json } = await google.send('GET', `/v1beta/interactions/${id}`);
    expect(json).toMatchObject(
      JSON.parse(
        JSON.stringify(record, (_key, value: unknown) => (value instanceof RegExp ? {} : value)),
      ) as object,
    );
  });
});
