import { describe, expect, it } from 'vitest';
import { startSimulator } from '../../src/providers/simulator/simulator.ts';
import { startLoopback } from '../support/loopback.ts';
import { generateAt, startTestApp } from '../support/start-app.ts';
import { waitFor } from '../support/wait-for.ts';

/** What a start asks for. */
const balancePath = '/api/v1/chat/credit';
const balance = '{"code":200,"data":10}';

/** What `curl -F` sends for the seed's first example. */
function seedForm(fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  const given = {
    reference_image_urls: 'https://images.unsplash.com/photo-1656543802898-41c8c46683a7',
    prefer_kie_api: 'true',
    use_case: 'product_video',
    duration_seconds: '5',
    aspect_ratio: '16:9',
    ...fields,
  };
  for (const [name, value] of Object.entries(given)) form.set(name, value);
  return form;
}

interface Generated {
  readonly id: string;
  readonly step3_video_generation: {
    readonly provider: string;
    readonly status: string;
    readonly task_id: string;
  };
}

async function call(url: string, init?: RequestInit): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, init);
  return { status: response.status, body: await response.json() };
}

const generate = (url: string, form: FormData | URLSearchParams) =>
  call(`${url}/veo31/generate-from-urls`, { method: 'POST', body: form });

describe("the seed's REST calls", () => {
  it('take the first example unchanged, and the second follows it to the playable video', async () => {
    await using app = await startTestApp();
    const { status, body } = await generate(app.url, seedForm());
    const { id, step3_video_generation: third } = body as Generated;
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^task_/) as string,
      step1_reference_images: ['https://images.unsplash.com/photo-1656543802898-41c8c46683a7'],
      step2_prompt: expect.stringContaining('A product video for a shop.') as string,
      step3_video_generation: {
        provider: 'simulator',
        status: 'submitted',
        task_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      },
      note: 'The model makes videos of 4, 6, 8 seconds: 5 became 6.',
    });
    const follow = (path: string) => call(`${app.url}/veo31/${path}`);
    const done = await waitFor(
      'the end',
      () => follow(`kie-status/${third.task_id}`),
      ({ body: seen }) => (seen as { status: string }).status === 'completed',
    );
    expect(done.body).toEqual({
      provider: 'simulator',
      task_id: third.task_id,
      status: 'completed',
      video_url: expect.stringMatching(new RegExp(`^${app.url}/media/`)) as string,
    });
    expect(await follow(`status/${id}`)).toEqual(done);
    const video = await fetch((done.body as { video_url: string }).video_url, {
      headers: { range: 'bytes=4-7' },
    });
    expect([video.status, await video.text()]).toEqual([206, 'ftyp']);
  });

  it('take a url-encoded form too, and frame additional_prompt with the use case', async () => {
    await using app = await startTestApp();
    const form = new URLSearchParams({
      reference_image_urls: 'https://images.example/a.png, https://images.example/b.png',
      use_case: 'gemstone_closeup',
      additional_prompt: 'Green fire',
    });
    const { status, body } = await generate(app.url, form);
    expect([status, (body as { step2_prompt: string }).step2_prompt]).toEqual([
      200,
      expect.stringMatching(/^A macro close-up of a gemstone.*\n\nGreen fire$/s),
    ]);
  });

  it.each([
    [1, '1', 'The model makes videos of 4, 6, 8 seconds: 1 became 4.'],
    [2, '7', 'The model makes videos of 4, 6, 8 seconds: 7 became 8.'],
    [2, '60', 'The model makes videos of 4, 6, 8 seconds: 60 became 8.'],
    // As references, which three images are, the model makes eight seconds only.
    [3, '5', 'The model makes videos of 8 seconds: 5 became 8.'],
    [1, '6', undefined],
    [3, '', undefined],
  ])('round a duration with %i images up: %s', async (count, duration, note) => {
    await using app = await startTestApp();
    const urls = Array.from({ length: count }, (_, index) => `https://images.example/${index}.png`);
    const { status, body } = await generate(
      app.url,
      seedForm({ reference_image_urls: urls.join(','), duration_seconds: duration }),
    );
    expect([status, (body as { note?: string }).note]).toEqual([200, note]);
  });

  it.each([
    ['no image', { reference_image_urls: '' }, /reference_image_urls/],
    [
      'four images',
      { reference_image_urls: 'https://a.b/1,https://a.b/2,https://a.b/3,https://a.b/4' },
      /1 to 3/,
    ],
    ['an address that is none', { reference_image_urls: 'nonsense' }, /https/],
    ['an unknown use case', { use_case: 'poem' }, /use_case/],
    ['an unknown aspect', { aspect_ratio: '4:3' }, /aspect_ratio/],
    ['a duration that is no number', { duration_seconds: 'long' }, /duration_seconds/],
  ])('refuse %s in words', async (_what, fields, error) => {
    await using app = await startTestApp();
    const { status, body } = await generate(app.url, seedForm(fields));
    expect([status, (body as { error: string }).error]).toEqual([400, expect.stringMatching(error)]);
  });

  it('refuse a form that is too large, and close the connection that still sends it', async () => {
    await using app = await startTestApp();
    const response = await fetch(`${app.url}/veo31/generate-from-urls`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `additional_prompt=${'x'.repeat(3_000_000)}`,
    });
    expect([response.status, response.headers.get('connection')]).toEqual([413, 'close']);
  });

  it('report a refusal of the provider with our id', async () => {
    await using app = await startTestApp();
    const { status, body } = await generate(
      app.url,
      seedForm({ additional_prompt: '[sim:create-code=402]' }),
    );
    expect([status, body]).toEqual([
      422,
      { error: expect.stringContaining('Top up') as string, id: expect.stringMatching(/^task_/) as string },
    ]);
  });

  it('answer for a task that Reelay has never seen, on whichever contract it was made', async () => {
    await using simulator = await startSimulator({ durationMs: 0 });
    await using app = await startTestApp({
      PROVIDERS: 'kie',
      KIE_API_KEY: 'k',
      KIE_BASE_URL: simulator.url,
      FETCH_ALLOW_HOSTS: new URL(simulator.url).host,
    });
    const create = async (path: string, body: object) => {
      const response = await fetch(`${simulator.url}${path}`, {
        method: 'POST',
        headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return ((await response.json()) as { data: { taskId: string } }).data.taskId;
    };
    const jobs = await create('/api/v1/jobs/createTask', { model: 'veo-3-1', input: { prompt: 'x' } });
    const veo = await create('/api/v1/veo/generate', { prompt: 'x', model: 'veo3_fast' });
    for (const id of [jobs, veo]) {
      const { body } = await call(`${app.url}/veo31/kie-status/${id}`);
      expect(body).toEqual({
        provider: 'kie.ai',
        task_id: id,
        status: 'completed',
        video_url: expect.stringContaining(`${simulator.url}/v/${id}`) as string,
      });
    }
    const checks = () => simulator.stats.tasks[jobs]?.checks;
    const before = checks();
    await Promise.all(Array.from({ length: 5 }, () => call(`${app.url}/veo31/kie-status/${jobs}`)));
    expect(checks()).toBe(before);
    const { body } = await call(`${app.url}/veo31/kie-status/${'0'.repeat(32)}`);
    expect(body).toMatchObject({ status: 'unknown', hint: expect.stringContaining('app.kie.ai') as string });
  });

  it('look up ten strangers at once at most, however many are asked for', async () => {
    let open = 0;
    let most = 0;
    const held: (() => void)[] = [];
    await using kie = await startLoopback(({ url }, response) => {
      if (url === balancePath) {
        response.end(balance);
        return;
      }
      open += 1;
      most = Math.max(most, open);
      held.push(() => {
        open -= 1;
        response.end('{"status":"processing"}');
      });
    });
    await using app = await startTestApp({ PROVIDERS: 'kie', KIE_API_KEY: 'k', KIE_BASE_URL: kie.url });
    const asked = Array.from({ length: 35 }, (_, index) => call(`${app.url}/veo31/kie-status/id${index}`));
    await waitFor('ten of them', () => held.length === 10);
    let answered = 0;
    while (answered < asked.length) {
      await waitFor('a request', () => held.length > 0);
      held.shift()?.();
      answered += 1;
    }
    const states = (await Promise.all(asked)).map(({ body }) => (body as { status: string }).status);
    expect([new Set(states), most]).toEqual([new Set(['processing']), 10]);
  });

  it('do not wait for another owner, for an id that both ask for either', async () => {
    const held: { readonly url: string; readonly answer: () => void }[] = [];
    await using kie = await startLoopback(({ url = '' }, response) => {
      if (url === balancePath) {
        response.end(balance);
        return;
      }
      held.push({ url, answer: () => void response.end('{"status":"processing"}') });
    });
    const keys = { API_KEYS: 'ann:the-long-key-of-ann,ben:the-long-key-of-ben' };
    await using app = await startTestApp({
      ...keys,
      PROVIDERS: 'kie',
      KIE_API_KEY: 'k',
      KIE_BASE_URL: kie.url,
    });
    const ask = (id: string, name: string) =>
      call(`${app.url}/veo31/kie-status/${id}`, {
        headers: { authorization: `Bearer the-long-key-of-${name}` },
      });
    const anns = Array.from({ length: 12 }, (_, index) => ask(`id${index}`, 'ann'));
    await waitFor('ten of them', () => held.length === 10);
    const last = 'id11';
    const bens = ask(last, 'ben');
    await waitFor('the one of ben', () => held.some(({ url }) => url.includes(last)));
    held.find(({ url }) => url.includes(last))?.answer();
    expect((await bens).body).toMatchObject({ status: 'processing' });
    for (const { answer } of held) answer();
    await waitFor('the rest', () => held.length === 12);
    for (const { answer } of held) answer();
    await Promise.all(anns);
    // Who asks while it is under way, or within two seconds, shares it.
    expect(held.filter(({ url }) => url.includes(last))).toHaveLength(1);
  });

  it('ask for a key where keys are configured, and say nothing about another owner', async () => {
    await using app = await startTestApp({ API_KEYS: 'ann:the-long-key-of-ann,ben:the-long-key-of-ben' });
    const as = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
    const made = await call(`${app.url}/veo31/generate-from-urls`, {
      method: 'POST',
      body: seedForm(),
      ...as('the-long-key-of-ann'),
    });
    const { id, step3_video_generation: third } = made.body as Generated;
    expect((await call(`${app.url}/veo31/status/${id}`)).status).toBe(401);
    // Exactly as for an unknown id, in any letter case.
    const nobodys = await call(`${app.url}/veo31/status/${'0'.repeat(32)}`, as('the-long-key-of-ben'));
    expect(nobodys.body).toMatchObject({ provider: 'simulator', status: 'unknown' });
    for (const one of [id, third.task_id, 'a/b?c']) {
      for (const route of ['status', 'kie-status']) {
        const answer = await call(
          `${app.url}/veo31/${route}/${encodeURIComponent(one)}`,
          as('the-long-key-of-ben'),
        );
        expect(answer).toEqual({ ...nobodys, body: { ...(nobodys.body as object), task_id: one } });
      }
    }
    await expect(generateAt(app.url, { prompt: 'x' })).rejects.toThrow('UNAUTHENTICATED');
  });
});
