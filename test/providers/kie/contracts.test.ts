import { describe, expect, it } from 'vitest';
import { kieProviderAt } from '../../support/kie-provider.ts';
import type { VideoProvider } from '../../../src/providers/provider.ts';
import { startKieApp } from '../../support/kie-app.ts';
import { startLoopback, type Loopback } from '../../support/loopback.ts';

const contracts = ['jobs', 'veo', 'task'] as const;
type Contract = (typeof contracts)[number];

const id = '2aeff425a5f21580d2f225c4129e63ab';
const url = 'https://tempfile.aiquickdraw.com/v/a_1.mp4';
const paths: Record<Contract, string> = {
  jobs: `/api/v1/jobs/recordInfo?taskId=${id}`,
  veo: `/api/v1/veo/record-info?taskId=${id}`,
  task: `/v1/video/task/${id}`,
};
const done: Record<Contract, object> = {
  jobs: {
    code: 200,
    data: { taskId: id, state: 'success', resultJson: JSON.stringify({ resultUrls: [url] }) },
  },
  veo: { code: 200, data: { taskId: id, successFlag: 1, response: { resultUrls: [url] } } },
  task: { status: 'completed', result: { video_url: url } },
};
/** How each contract says that it knows no such task. */
const none: Record<Contract, { status: number; body: object }> = {
  jobs: { status: 200, body: { code: 422, msg: 'recordInfo is null', data: null } },
  veo: { status: 200, body: { code: 422, msg: `Record not found for taskId: ${id}`, data: null } },
  task: { status: 404, body: { code: 404, msg: 'Not Found' } },
};

interface Kie extends Loopback {
  readonly asked: string[];
}

/** Something at Kie's address that answers as given, and "no record" for the rest. */
async function startKie(
  answers: Partial<Record<Contract, { status?: number; body: unknown }>>,
): Promise<Kie> {
  const asked: string[] = [];
  const loopback = await startLoopback((request, response) => {
    asked.push(request.url ?? '');
    const contract = contracts.find((one) => paths[one] === request.url) ?? 'task';
    const { status = 200, body } = answers[contract] ?? none[contract];
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  return { ...loopback, asked };
}

const providerAt = (kie: Loopback, contract: Contract): VideoProvider => kieProviderAt(kie.url, { contract });

const check = (provider: VideoProvider, memo: { contract: string } | null = null) =>
  provider.check(
    {
      providerTaskId: id,
      model: 'veo3_fast',
      resolution: null,
      memo,
      callbackUrl: null,
      mayOrder: () => true,
    },
    new AbortController().signal,
  );

/** The configured one, then the others in their own order. */
const orderFrom = (first: Contract) => [first, ...contracts.filter((one) => one !== first)];

describe('a check', () => {
  it.each(contracts.flatMap((configured) => contracts.map((made) => [configured, made] as const)))(
    'where %s is configured finds a task of %s, and remembers where',
    async (configured, made) => {
      await using kie = await startKie({ [made]: { body: done[made] } });
      await using provider = providerAt(kie, configured);
      const found = await check(provider);
      const order = orderFrom(configured);
      expect(found).toMatchObject({
        kind: 'completed',
        source: { kind: 'url', url },
        memo: { contract: made },
      });
      expect(kie.asked).toEqual(order.slice(0, order.indexOf(made) + 1).map((one) => paths[one]));
      kie.asked.length = 0;
      expect(await check(provider, { contract: made })).toMatchObject({ kind: 'completed', memo: null });
      expect(kie.asked).toEqual([paths[made]]);
    },
  );

  it.each(contracts)('where %s is configured asks all three before it says "unknown"', async (configured) => {
    await using kie = await startKie({});
    await using provider = providerAt(kie, configured);
    expect(await check(provider)).toEqual({
      kind: 'unknown',
      reason: `no contract knows the task ${id}`,
      hint: {
        text: expect.stringContaining('https://app.kie.ai') as string,
        messages: [
          {
            code: 'NO_SUCH_TASK',
            params: { provider: 'Kie.ai', providerTaskId: id, page: expect.any(String) as string },
          },
        ],
      },
    });
    expect(kie.asked).toEqual(orderFrom(configured).map((one) => paths[one]));
  });

  it.each([
    ['an odd word', { body: { code: 200, data: { taskId: id, state: 'paused' } } }, 'unknown'],
    ['a fault', { status: 503, body: {} }, 'unavailable'],
    ['a refused key', { body: { code: 401, msg: 'You do not have access permissions' } }, 'unavailable'],
    ["another task's record", { body: { code: 200, data: { taskId: 'x', state: 'success' } } }, 'unknown'],
  ])('that gets %s asks nowhere else', async (_what, answer, kind) => {
    await using kie = await startKie({ jobs: answer, veo: { body: done.veo } });
    await using provider = providerAt(kie, 'jobs');
    expect(await check(provider)).toMatchObject({ kind });
    expect(kie.asked).toEqual([paths.jobs]);
  });

  it('that meets a fault on a later contract goes on, and does not take it for "no such task"', async () => {
    await using kie = await startKie({ veo: { status: 500, body: {} } });
    await using provider = providerAt(kie, 'jobs');
    expect(await check(provider)).toMatchObject({ kind: 'unavailable' });
    expect(kie.asked).toHaveLength(3);
  });

  it('sends its key to the base address only, and follows no redirect', async () => {
    let leaked = 0;
    await using elsewhere = await startLoopback((_request, response) => {
      leaked += 1;
      response.end('{}');
    });
    const keys: unknown[] = [];
    await using kie = await startLoopback((request, response) => {
      keys.push(request.headers.authorization);
      response.writeHead(302, { location: `${elsewhere.url}/x` }).end();
    });
    await using provider = providerAt(kie, 'jobs');
    expect(await check(provider)).toMatchObject({ kind: 'unknown' });
    expect([keys, leaked]).toEqual([['Bearer k'], 0]);
  });
});

describe('a task that Reelay never saw', () => {
  const creates = {
    jobs: ['/api/v1/jobs/createTask', { model: 'veo-3-1', input: { prompt: 'x' } }],
    veo: ['/api/v1/veo/generate', { prompt: 'x' }],
    task: ['/api/v1/veo/generate', { prompt: 'x [sim:seed-route]' }],
  } as const;

  it.each(contracts)(
    'is followed and looked up on every contract where %s is configured',
    async (configured) => {
      await using app = await startKieApp({ KIE_CONTRACT: configured }, { durationMs: 0 });
      for (const [path, body] of Object.values(creates)) {
        const made = await fetch(`${app.simulator.url}${path}`, {
          method: 'POST',
          headers: { authorization: 'Bearer k' },
          body: JSON.stringify(body),
        });
        const { taskId } = ((await made.json()) as { data: { taskId: string } }).data;
        const looked = await fetch(`${app.url}/veo31/kie-status/${taskId}`);
        expect(await looked.json()).toEqual({
          provider: 'kie.ai',
          task_id: taskId,
          status: 'completed',
          video_url: expect.stringContaining(`${app.simulator.url}/v/${taskId}`) as string,
        });
        const { task } = await app.as().track(taskId);
        const followed = await app.as().untilStage(task?.id ?? '', 'COMPLETED');
        // However many contracts were tried, it was one check.
        expect([followed.checks, followed.videoUrl]).toEqual([1, expect.stringContaining('/media/')]);
      }
      const looked = await fetch(`${app.url}/veo31/kie-status/${'0'.repeat(32)}`);
      expect(await looked.json()).toMatchObject({ status: 'unknown' });
    },
  );
});
