import { parse, type EnumTypeDefinitionNode } from 'graphql';
import { readFile } from 'node:fs/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { VideoProvider } from '../../src/providers/provider.ts';
import {
  callbackPathOf,
  chooseProviders,
  createMissingProviders,
  createProviders,
  readProviderSettings,
  registry,
} from '../../src/providers/registry.ts';
import { readConfig } from '../../src/config/config.ts';
import { startLoopback } from '../support/loopback.ts';

const check = { model: 'veo3_fast', resolution: null, memo: null, callbackUrl: null, mayOrder: () => true };
const unknownId = 'f'.repeat(32);

/** The providers of these settings, started. */
async function start(env: Record<string, string>, stack: AsyncDisposableStack): Promise<VideoProvider[]> {
  const { names, settings } = readConfig(env).providers;
  const log = pino({ level: 'silent' });
  const facts = {
    all: () => Promise.resolve(new Map()),
    keep: () => Promise.resolve(),
    reserve: () => Promise.resolve(false),
  };
  const started = await createProviders(names, settings, {
    timeoutMs: 5000,
    now: Date.now,
    log,
    facts,
    stack,
  });
  return started.map(({ provider }) => provider);
}

describe('the registry of providers', () => {
  it('is the enum of the schema, values and descriptions', async () => {
    const schema = parse(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
    const [names] = schema.definitions.filter(
      (definition): definition is EnumTypeDefinitionNode =>
        definition.kind === 'EnumTypeDefinition' && definition.name.value === 'ProviderName',
    );
    expect(names?.values?.map(({ name, description }) => [name.value, description?.value])).toEqual(
      registry
        .toSorted((one, other) => (one.name < other.name ? -1 : 1))
        .map(({ name, description }) => [name, description]),
    );
  });

  it('chooses every provider with credentials, and the simulator where there is none', () => {
    const chosen = (env: Record<string, string>) => chooseProviders(null, readProviderSettings(env));
    expect([chosen({}), chosen({ KIE_API_KEY: 'k' })]).toEqual([['SIMULATOR'], ['KIE']]);
    const project = { GOOGLE_CLOUD_PROJECT: 'p' };
    expect(chosen({ ...project, GOOGLE_ACCESS_TOKEN: 't' })).toEqual(['GOOGLE']);
    expect(chosen({ GEMINI_API_KEY: 'k' })).toEqual(['GOOGLE']);
    expect(chosen({ ...project, GOOGLE_APPLICATION_CREDENTIALS: 'f', KIE_API_KEY: 'k' })).toEqual([
      'KIE',
      'GOOGLE',
    ]);
    // Other programs set these too: nothing is spent on the strength of one alone.
    expect([chosen(project), chosen({ GOOGLE_APPLICATION_CREDENTIALS: 'f' })]).toEqual([
      ['SIMULATOR'],
      ['SIMULATOR'],
    ]);
  });

  it('refuses a listed provider that has no credentials, and names the missing variable', () => {
    const choose =
      (word: 'google' | 'kie', env: Record<string, string> = {}) =>
      () =>
        chooseProviders([word], readProviderSettings(env));
    const noProject = 'GEMINI_API_KEY or GOOGLE_CLOUD_PROJECT must be set, because PROVIDERS has google';
    expect(choose('google')).toThrow(noProject);
    expect(choose('google', { GOOGLE_APPLICATION_CREDENTIALS: 'f' })).toThrow(noProject);
    expect(choose('google', { GOOGLE_CLOUD_PROJECT: 'p' })()).toEqual(['GOOGLE']);
    expect(choose('kie')).toThrow('KIE_API_KEY must be set, because PROVIDERS has kie');
  });

  it('refuses a file of credentials of Google that cannot be read, without its path', async () => {
    await using stack = new AsyncDisposableStack();
    const env = { GOOGLE_CLOUD_PROJECT: 'p', GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/secret-word.json' };
    await expect(start(env, stack)).rejects.toThrow(
      'GOOGLE_APPLICATION_CREDENTIALS must name a file of credentials: it cannot be read (ENOENT)',
    );
  });

  it('has a placeholder for each provider that is not used', async () => {
    await using stack = new AsyncDisposableStack();
    const providers = await start({ KIE_API_KEY: 'k', KIE_CREATES_PER_10S: '7' }, stack);
    expect(providers.map(({ name, createRate }) => ({ name, createRate }))).toEqual([
      { name: 'KIE', createRate: { max: 7, windowMs: 10_000 } },
    ]);
    const missing = createMissingProviders(providers);
    expect(missing.map(({ name, isMissing }) => [name, isMissing])).toEqual(
      registry.filter(({ name }) => name !== 'KIE').map(({ name }) => [name, true]),
    );
    const google = missing.find(({ name }) => name === 'GOOGLE');
    await expect(google?.check({ ...check, providerTaskId: 'a' }, AbortSignal.abort())).rejects.toThrow(
      'Google is not configured',
    );
  });

  it('names where each provider calls back', () => {
    expect((['KIE', 'GOOGLE', 'SIMULATOR'] as const).map(callbackPathOf)).toEqual(['kie', null, 'kie']);
  });
});

describe('a hint about a task that the provider does not know', () => {
  it('of the simulator names no page of Kie', async () => {
    await using stack = new AsyncDisposableStack();
    const [simulator] = await start({}, stack);
    const outcome = await simulator?.check(
      { ...check, providerTaskId: unknownId },
      AbortSignal.timeout(5000),
    );
    expect(outcome).toMatchObject({
      kind: 'unknown',
      hint: {
        text: `The simulator knows no task ${unknownId}. Make sure that the id is right. Checking goes on.`,
        messages: [
          {
            code: 'NO_SUCH_TASK',
            params: { provider: 'the simulator', providerTaskId: unknownId, page: null },
          },
        ],
      },
    });
  });

  it('of the simulator, whose answer cannot be read, neither', async () => {
    await using stack = new AsyncDisposableStack();
    const [simulator] = await start({ SIMULATOR_DURATION_MS: '60000' }, stack);
    const submitted = await simulator?.submit(
      {
        model: 'veo3_fast',
        prompt: 'A ring turns [sim:odd-state]',
        images: [],
        imagesAs: 'AUTO',
        negativePrompt: null,
        audio: null,
        aspectRatio: 'AUTO',
        durationSeconds: null,
        resolution: null,
        seed: null,
        providerOptions: null,
        callbackUrl: null,
      },
      { signal: AbortSignal.timeout(5000), mayStart: () => true },
    );
    const providerTaskId = submitted?.kind === 'accepted' ? submitted.providerTaskId : '';
    const outcome = await simulator?.check({ ...check, providerTaskId }, AbortSignal.timeout(5000));
    expect(outcome).toMatchObject({
      kind: 'unknown',
      hint: {
        text: expect.stringContaining('simulator') as string,
        messages: [{ code: 'RESPONSE_UNREADABLE' }],
      },
    });
    expect(JSON.stringify(outcome)).not.toMatch(/kie/i);
  });

  it('of Kie names its page', async () => {
    await using stack = new AsyncDisposableStack();
    await using api = await startLoopback((_request, response) => {
      response.writeHead(404).end();
    });
    const [kie] = await start({ KIE_API_KEY: 'k', KIE_BASE_URL: api.url }, stack);
    const outcome = await kie?.check({ ...check, providerTaskId: 'a' }, AbortSignal.timeout(5000));
    expect(outcome).toMatchObject({
      hint: {
        text: expect.stringContaining('https://app.kie.ai') as string,
        messages: [{ code: 'NO_SUCH_TASK' }],
      },
    });
  });
});
