import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/settings/config-error.ts';
import { describeVariables, findIgnoredSettings, readConfig } from '../../src/config/config.ts';
import { findSettingsWithoutEffect } from '../../src/config/without-effect.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the environment', () => {
  it('has a default for what is unset, the simulator where there is no key', () => {
    expect(readConfig({})).toMatchObject({
      http: { host: '127.0.0.1', port: 8000, introspection: true },
      storage: { database: { kind: 'sqlite', file: 'data/reelay.db' } },
      providers: {
        names: ['SIMULATOR'],
        settings: { kie: { contract: 'jobs', pollIntervalMs: 10_000, createsPer10s: 20 } },
      },
      work: { patienceMs: 21_600_000, leaseMs: 30_000 },
      auth: { apiKeys: null },
    });
    expect(readConfig({ KIE_API_KEY: 'k' }).providers.names).toEqual(['KIE']);
    expect(readConfig({ PORT: ' ' }).http.port).toBe(8000);
  });

  it.each<[variable: string, text: string, path: string, value: unknown]>([
    ['PORT', '0', 'http.port', 0],
    ['HOST', '[::1]', 'http.host', '::1'],
    ['KIE_POLL_INTERVAL_MS', '50', 'providers.settings.kie.pollIntervalMs', 50],
    ['PUBLIC_URL', 'https://reelay.example/base/', 'http.publicUrl', 'https://reelay.example/base'],
    [
      'CORS_ORIGINS',
      'https://a.example, http://b.example:81',
      'http.corsOrigins',
      ['https://a.example', 'http://b.example:81'],
    ],
    ['CORS_ORIGINS', 'https://Studio.Example:443/', 'http.corsOrigins', ['https://studio.example']],
    [
      'CORS_ORIGINS',
      'tauri://localhost,chrome-extension://abcdefghijklmnop,app://studio.example:81,http://tauri.localhost',
      'http.corsOrigins',
      [
        'tauri://localhost',
        'chrome-extension://abcdefghijklmnop',
        'app://studio.example:81',
        'http://tauri.localhost',
      ],
    ],
    ['HOST', 'LocalHost', 'http.host', 'localhost'],
    ['HOST', '127.0.0.9', 'http.host', '127.0.0.9'],
    ['HOST', '0:0:0:0:0:0:0:1', 'http.host', '0:0:0:0:0:0:0:1'],
    ['PUBLIC_URL', 'HTTPS://Reelay.Example:443', 'http.publicUrl', 'https://reelay.example'],
    ['JWT_JWKS_URL', 'https://issuer.example/keys?p=v1', 'auth.jwksUrl', 'https://issuer.example/keys?p=v1'],
    ['DATABASE_URL', 'sqlite:/tmp/x.db', 'storage.database.file', '/tmp/x.db'],
    ['DATABASE_URL', 'postgres://u:p@h/d', 'storage.database.listenUrl', 'postgres://u:p@h/d'],
    ['MEDIA_SHARED', 'true', 'storage.isMediaShared', true],
    ['PROVIDERS', 'simulator', 'providers.names', ['SIMULATOR']],
    [
      'API_KEYS',
      'ann:the-long-key-of-ann,bob:the-long-key-of-bob',
      'auth.apiKeys',
      [
        { name: 'ann', key: 'the-long-key-of-ann' },
        { name: 'bob', key: 'the-long-key-of-bob' },
      ],
    ],
    ['BUDGET_PER_MONTH', '25.5', 'auth.budgetPerMonth', new Map([['', 25.5]])],
    [
      'BUDGET_PER_MONTH',
      '1,local=2500000,jwt:bob=2,jwt:a=b=3',
      'auth.budgetPerMonth',
      new Map([
        ['', 1],
        ['local', 2_500_000],
        ['jwt:bob', 2],
        ['jwt:a=b', 3],
      ]),
    ],
    [
      'KIE_PRICES',
      'veo3_fast=0.4,veo3/P1080=2,bytedance/v1-pro=3',
      'providers.settings.kie.prices',
      new Map([
        ['veo3_fast', 0.4],
        ['veo3/P1080', 2],
        ['bytedance/v1-pro', 3],
      ]),
    ],
    [
      'FETCH_ALLOW_HOSTS',
      'Localhost:9,images.example, [::1]:8080',
      'media.fetchAllowHosts',
      [
        { name: 'localhost', port: 9 },
        { name: 'images.example', port: null },
        { name: '::1', port: 8080 },
      ],
    ],
    ['LOG_PRETTY', 'true', 'log.pretty', true],
  ])('takes %s=%s', (variable, text, path, value) => {
    expect(readConfig({ [variable]: text })).toHaveProperty(path, value);
  });

  it.each<[string, string]>([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80 90'],
    ['KIE_POLL_INTERVAL_MS', '49'],
    ['KIE_BASE_URL', 'ftp://kie.example'],
    ['KIE_BASE_URL', 'https://user:secret-word@kie.example'],
    ['PUBLIC_URL', 'reelay.example'],
    ['CORS_ORIGINS', 'nonsense'],
    ['CORS_ORIGINS', '*'],
    ['CORS_ORIGINS', 'null'],
    ['CORS_ORIGINS', 'https://*.studio.example'],
    ['CORS_ORIGINS', 'https://studio.example/path'],
    ['CORS_ORIGINS', 'https://studio.example?q'],
    ['CORS_ORIGINS', 'https://user@studio.example'],
    ['CORS_ORIGINS', 'https://a.example https://b.example'],
    ['CORS_ORIGINS', 'tauri://localhost/index.html'],
    ['CORS_ORIGINS', 'tauri:'],
    ['CORS_ORIGINS', 'file:///app'],
    ['CORS_ORIGINS', 'wss://studio.example'],
    ['HOST', 'http://localhost'],
    ['HOST', 'localhost:8000'],
    ['HOST', '127.999.1.1'],
    ['HOST', '::2'],
    ['PUBLIC_URL', 'https://:secret-word@reelay.example'],
    ['KIE_CONTRACT', 'grpc'],
    ['PROVIDERS', 'kie;google'],
    ['PROVIDERS', 'sora'],
    ['GOOGLE_CLOUD_PROJECT', 'secret-word/x'],
    ['GOOGLE_CLOUD_LOCATION', 'https://us-central1'],
    ['GOOGLE_ACCESS_TOKEN', 'secret-word with a space'],
    ['GOOGLE_POLL_INTERVAL_MS', '49'],
    ['VERTEX_BASE_URL', 'us-central1-aiplatform.googleapis.com'],
    ['GEMINI_API_KEY', 'secret-word with a space'],
    ['GEMINI_BASE_URL', 'ftp://secret-word'],
    ['GEMINI_TEXT_MODEL', 'secret-word/x'],
    ['DATABASE_URL', 'mysql://secret-word@db'],
    ['DATABASE_URL', 'postgres://secret-word@db'],
    ['DATABASE_URL', 'postgres://u:secret-word%zz@h/d'],
    ['DATABASE_LISTEN_URL', 'secret-word'],
    ['INTROSPECTION', 'yes'],
    ['API_KEYS', 'secret-word'],
    ['API_KEYS', 'ann:the-same-secret-word,bob:the-same-secret-word'],
    ['API_KEYS', 'ann:15-secret-word-'],
    ['API_KEYS', 'ann:a-secret-word-with-ü'],
    ['API_KEYS', 'ann:ключ-secret-word-ключ'],
    ['API_KEYS', 'ann:a secret-word with blanks'],
    ['JWT_SECRET', 'secret-word'],
    ['BUDGET_PER_MONTH', 'ann=lots'],
    ['BUDGET_PER_MONTH', 'ann=5'],
    ['BUDGET_PER_MONTH', '=5'],
    ['BUDGET_PER_MONTH', 'key:=5'],
    ['BUDGET_PER_MONTH', 'jwt:=5'],
    ['BUDGET_PER_MONTH', 'Local=5'],
    ['BUDGET_PER_MONTH', 'locals=5'],
    ['BUDGET_PER_MONTH', 'key:secret-word=5'],
    ['BUDGET_PER_MONTH', 'local=5,local=6'],
    ['BUDGET_PER_MONTH', '5,6'],
    ['BUDGET_PER_MONTH', '1000000001'],
    ['BUDGET_PER_MONTH', '9'.repeat(400)],
    ['KIE_PRICES', '0.4'],
    ['KIE_PRICES', 'veo3/1080p=2'],
    ['KIE_PRICES', 'veo3/p1080=2'],
    ['KIE_PRICES', 'veo3/P1081=2'],
    ['KIE_PRICES', 'veo3/4K=2'],
    ['KIE_PRICES', 'veo3=1,veo3=2'],
    ['BUDGET_PER_MONTH', 'local=1,local=2'],
    ['FETCH_ALLOW_HOSTS', 'http://a/'],
    ['LOG_LEVEL', 'loud'],
    ['MEDIA_STORE', '/var/media'],
    ['MEDIA_STORE', 's3://'],
    ['MEDIA_STORE', 's3://Bucket'],
    ['MEDIA_STORE', 's3://bucket//a'],
    ['S3_ENDPOINT', 'minio:9000'],
    ['S3_SECRET_ACCESS_KEY', 'secret-word with a space'],
    ['HOST', '0.0.0.0'],
    ['LEASE_MS', '0'],
    ['LEASE_MS', '9007199254740991'],
    ['LIMIT_PING_MS', '999999999999'],
    ['PROVIDER_TIMEOUT_MS', '2147483648'],
    ['PATIENCE_MS', '9007199254740991'],
    ['KIE_API_KEY', 'secret-word with a space'],
    ['KIE_API_KEY', 'ключ'],
    ['PUBLIC_URL', 'https://reelay.example/?q=1'],
    ['JWT_ISSUER', 'https://issuer.example'],
    ['JWT_AUDIENCE', 'reelay'],
  ])('refuses %s=%s in one line that names it and never repeats a secret', (name, text) => {
    const refused = () => readConfig({ [name]: text });
    expect(refused).toThrow(ConfigError);
    expect(refused).toThrow(new RegExp(`^${name} [^\\n]+$`));
    expect(refused).not.toThrow(/secret-word/);
  });

  it('names every value that is wrong, a line for each', () => {
    const read = () =>
      readConfig({ PORT: 'abc', API_KEYS: 'ann:short', LIMIT_PING_MS: 'x', S3_ENDPOINT: 'y' });
    expect(read).toThrow(/^PORT .*\nAPI_KEYS (?!.*short).*\nS3_ENDPOINT .*\nLIMIT_PING_MS .*$/);
  });

  it('takes a folder or a bucket for media, and the keys that a bucket needs', () => {
    const store = (env: Record<string, string>) => readConfig(env).media.store;
    const keys = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'key' };
    expect(store({})).toEqual({ kind: 'file', directory: null });
    expect(store({ MEDIA_STORE: 'file:/var/media' })).toEqual({ kind: 'file', directory: '/var/media' });
    expect(store({ MEDIA_STORE: 's3://videos', ...keys })).toEqual({
      kind: 's3',
      bucket: 'videos',
      prefix: '',
      endpoint: null,
      region: 'us-east-1',
      accessKeyId: 'id',
      secretAccessKey: 'key',
    });
    const own = { MEDIA_STORE: 's3://videos/a/b/', S3_ENDPOINT: 'http://minio:9000/', S3_REGION: 'eu' };
    expect(store({ ...own, ...keys })).toMatchObject({
      prefix: 'a/b',
      endpoint: 'http://minio:9000',
      region: 'eu',
    });
    expect(() => store(own)).toThrow('S3_ACCESS_KEY_ID must be set, because MEDIA_STORE is a bucket');
  });

  it('refuses what does not go together, naming what is missing', () => {
    expect(() => readConfig({ PROVIDERS: 'kie' })).toThrow(
      'KIE_API_KEY must be set, because PROVIDERS has kie',
    );
    expect(() => readConfig({ JWT_SECRET: 'x'.repeat(32), JWT_JWKS_URL: 'https://a.example' })).toThrow(
      /^JWT_SECRET .*JWT_JWKS_URL/,
    );
    expect(readConfig({ HOST: '0.0.0.0', API_KEYS: 'ann:the-long-key-of-ann' }).http.host).toBe('0.0.0.0');
  });

  it('takes admins as owners, and no key that was written there by mistake', () => {
    const env = { API_KEYS: 'boss:the-long-key-of-boss' };
    expect([...(readConfig({ ...env, ADMINS: 'key:boss, jwt:ann' }).auth.admins ?? [])]).toEqual([
      'key:boss',
      'jwt:ann',
    ]);
    expect(readConfig({ ADMINS: '' }).auth.admins).toBeNull();
    const refusal = (value: string) => {
      try {
        readConfig({ ...env, ADMINS: value });
      } catch (error) {
        return String(error);
      }
      return null;
    };
    expect(refusal('the-long-key-of-boss')).toMatch(
      /ADMINS must be comma-separated owners as local, key:NAME/,
    );
    expect(refusal('key:the-long-key-of-boss')).toMatch(
      /ADMINS must name as key:NAME only names that API_KEYS/,
    );
    expect(refusal('key:the-long-key-of-boss')).not.toContain('long-key');
  });

  it('names settings without effect that are misspelled', () => {
    const nearest = {
      KIE_API_KEI: 'KIE_API_KEY',
      kie_api_key: 'KIE_API_KEY',
      KIE_WEBHOOK_SECRET: 'KIE_WEBHOOK_HMAC_KEY',
      LIMIT_SOCKETS: 'LIMIT_SOCKETS_PER_OWNER',
      LIMIT_SOKETS: 'LIMIT_SOCKETS_PER_OWNER',
      LIMIT_OPEN_TASK: 'LIMIT_OPEN_TASKS_PER_OWNER',
      JWT_AUDIENCES: 'JWT_AUDIENCE',
      JWT_AUD: 'JWT_AUDIENCE',
      S3_BUCKET_ENDPOINT: 'S3_ENDPOINT',
      MEDIA_STORES: 'MEDIA_STORE',
      API_KEY: 'API_KEYS',
      CORS_ORIGIN: 'CORS_ORIGINS',
      REELAY_PORT: 'PORT',
      GOOGLE_PROJECT: 'GOOGLE_CLOUD_PROJECT',
      VERTEX_URL: 'VERTEX_BASE_URL',
    };
    expect(findIgnoredSettings({ ...nearest })).toEqual(
      Object.entries(nearest)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([variable, meant]) => ({ variable, nearest: meant })),
    );
    const foreign = { PATH: 'x', HOME: 'x', POST: 'x', NODE_ENV: 'x', REELAY_URL: 'x', HOSTNAME: 'x' };
    expect(findIgnoredSettings({ ...foreign, PORT: '1', KIE_API_KEY: 'k', CORS_ORIGIN: ' ' })).toEqual([]);
  });

  it('names settings that can never have an effect beside the others', () => {
    const without = (env: Record<string, string>) =>
      findSettingsWithoutEffect(env, readConfig(env)).map(({ variable, reason }) => `${variable}: ${reason}`);
    const callbacks = 'KIE_WEBHOOK_HMAC_KEY: providers call back only where PUBLIC_URL is set';
    expect(without({ KIE_API_KEY: 'k', KIE_WEBHOOK_HMAC_KEY: 'secret-word' })).toEqual([callbacks]);
    const project = 'it requires GOOGLE_CLOUD_PROJECT';
    expect(without({ GOOGLE_APPLICATION_CREDENTIALS: 'f', VERTEX_BASE_URL: 'http://a' })).toEqual([
      `GOOGLE_APPLICATION_CREDENTIALS: ${project}`,
      `VERTEX_BASE_URL: ${project}`,
    ]);
    expect(without({ GOOGLE_CLOUD_PROJECT: 'p' })).toEqual([
      expect.stringMatching(
        /^GOOGLE_CLOUD_PROJECT: it requires GOOGLE_APPLICATION_CREDENTIALS or GOOGLE_ACCESS_TOKEN/,
      ),
    ]);
    expect(without({ GEMINI_TEXT_MODEL: 'm', GEMINI_BASE_URL: 'http://a' })).toEqual([
      'GEMINI_BASE_URL: it requires GEMINI_API_KEY',
      'GEMINI_TEXT_MODEL: it requires GEMINI_API_KEY',
    ]);
    expect(without({ PROVIDERS: 'simulator', GEMINI_API_KEY: 'k', GEMINI_TEXT_MODEL: 'm' })).toEqual([]);
    // Of other programs: no one is warned about them.
    const shared = { GOOGLE_CLOUD_PROJECT: 'p', GOOGLE_ACCESS_TOKEN: 't', GOOGLE_CLOUD_LOCATION: 'us-east1' };
    expect(without({ ...shared, PROVIDERS: 'simulator' })).toEqual([]);
    expect(without(shared)).toEqual([]);
    expect(without({ KIE_WEBHOOK_HMAC_KEY: 'secret-word' })).toEqual([callbacks]);
    expect(
      without({ KIE_API_KEY: 'k', KIE_WEBHOOK_HMAC_KEY: 'x', PUBLIC_URL: 'https://reelay.example' }),
    ).toEqual([]);
    expect(without({ KIE_BASE_URL: 'http://127.0.0.1:9', KIE_POLL_INTERVAL_MS: '50' })).toEqual([
      'KIE_BASE_URL: the provider KIE is not in use',
    ]);
    expect(without({ PROVIDERS: 'simulator', KIE_API_KEY: 'k', SIMULATOR_DURATION_MS: '1' })).toEqual([
      'KIE_API_KEY: the provider KIE is not in use',
    ]);
    expect(without({ KIE_API_KEY: 'k', SIMULATOR_DURATION_MS: '1' })).toEqual([
      'SIMULATOR_DURATION_MS: the provider SIMULATOR is not in use',
    ]);
    const keys = { API_KEYS: 'ann:the-long-key-of-ann' };
    expect(without({ ...keys, BUDGET_PER_MONTH: 'key:ann=1,local=1' })).toEqual([
      'BUDGET_PER_MONTH: with authentication there is no owner local',
    ]);
    expect(without({ ...keys, BUDGET_PER_MONTH: 'key:ann=1,jwt:bob=1' })).toEqual([
      'BUDGET_PER_MONTH: without JWT_SECRET or JWT_JWKS_URL there is no owner jwt:SUB',
    ]);
    expect(without({ ...keys, BUDGET_PER_MONTH: '5' })).toEqual([]);
    expect(without({ BUDGET_PER_MONTH: 'local=1' })).toEqual([]);
    expect(without({ LIMIT_UPLOADS_AT_ONCE: '4' })).toEqual([]);
    expect(without({ LIMIT_UPLOADS_AT_ONCE: '4', LIMIT_UPLOADS_AT_ONCE_PER_OWNER: '5' })).toEqual([
      'LIMIT_UPLOADS_AT_ONCE_PER_OWNER: it is above LIMIT_UPLOADS_AT_ONCE',
    ]);
  });

  it('takes a budget for names of API_KEYS alone', () => {
    const budget = (BUDGET_PER_MONTH: string) =>
      readConfig({ API_KEYS: 'ann:the-long-key-of-ann', BUDGET_PER_MONTH }).auth.budgetPerMonth;
    expect(budget('key:ann=10, 3')).toEqual(
      new Map([
        ['key:ann', 10],
        ['', 3],
      ]),
    );
    expect(() => budget('key:ann=10,key:anna=3')).toThrow(/^BUDGET_PER_MONTH .*API_KEYS/);
    expect(() => budget('key:ANN=10')).toThrow(/^BUDGET_PER_MONTH .*API_KEYS/);
  });

  it('has no setting that nothing reads', async () => {
    const sources: string[] = [];
    for await (const file of glob('src/**/*.ts', { cwd: root })) {
      if (!file.startsWith('src/config/') && !file.endsWith('/settings.ts')) {
        sources.push(await readFile(join(root, file), 'utf8'));
      }
    }
    const source = sources.join('\n');
    const { providers, ...groups } = readConfig({});
    const names = Object.values({ ...groups, ...providers.settings }).flatMap((group) => Object.keys(group));
    expect(names.length).toBeGreaterThan(40);
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(source))).toEqual([]);
  });

  it('describes each variable for people', () => {
    for (const { variable, meaning } of describeVariables())
      expect([variable, meaning.length > 5]).toEqual([variable, true]);
  });
});
