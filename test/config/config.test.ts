import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/config/config-error.ts';
import { describeVariables, readConfig } from '../../src/config/config.ts';

describe('the environment', () => {
  it('has a default for what nobody sets, the simulator where there is no key', () => {
    expect(readConfig({})).toMatchObject({
      HOST: '127.0.0.1',
      PORT: 8000,
      DATABASE_URL: 'data/reelay.db',
      PROVIDERS: ['simulator'],
      KIE_CONTRACT: 'jobs',
      KIE_POLL_INTERVAL_MS: 10_000,
      GOOGLE_POLL_INTERVAL_MS: 5000,
      KIE_CREATES_PER_10S: 20,
      PATIENCE_MS: 21_600_000,
      LEASE_MS: 30_000,
      INTROSPECTION: true,
      API_KEYS: null,
    });
    expect(readConfig({ KIE_API_KEY: 'k' }).PROVIDERS).toEqual(['kie']);
    expect(readConfig({ PORT: ' ' }).PORT).toBe(8000);
  });

  it.each<[string, string, unknown]>([
    ['PORT', '0', 0],
    ['HOST', '[::1]', '::1'],
    ['KIE_POLL_INTERVAL_MS', '50', 50],
    ['PUBLIC_URL', 'https://reelay.example/base/', 'https://reelay.example/base'],
    ['CORS_ORIGINS', 'https://a.example, http://b.example:81', ['https://a.example', 'http://b.example:81']],
    ['DATABASE_URL', 'sqlite:/tmp/x.db', '/tmp/x.db'],
    ['PROVIDERS', 'simulator', ['simulator']],
    [
      'API_KEYS',
      'ann:k1,bob:k2',
      [
        { name: 'ann', key: 'k1' },
        { name: 'bob', key: 'k2' },
      ],
    ],
    ['BUDGET_PER_MONTH', '25.5', new Map([['', 25.5]])],
    [
      'BUDGET_PER_MONTH',
      'key:ann=10,jwt:bob=2',
      new Map([
        ['key:ann', 10],
        ['jwt:bob', 2],
      ]),
    ],
    [
      'KIE_PRICES',
      'veo3_fast=0.4,veo3/P1080=2',
      new Map([
        ['veo3_fast', 0.4],
        ['veo3/P1080', 2],
      ]),
    ],
    ['FETCH_ALLOW_HOSTS', 'Localhost:9,images.example', ['localhost:9', 'images.example']],
    ['LOG_PRETTY', 'true', true],
  ])('takes %s=%s', (name, text, value) => {
    expect(readConfig({ [name]: text })).toHaveProperty(name, value);
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
    ['KIE_CONTRACT', 'grpc'],
    ['PROVIDERS', 'kie;google'],
    ['PROVIDERS', 'sora'],
    ['PROVIDERS', 'google'],
    ['DATABASE_URL', 'mysql://secret-word@db'],
    ['DATABASE_URL', 'postgres://secret-word@db'],
    ['INTROSPECTION', 'yes'],
    ['API_KEYS', 'secret-word'],
    ['API_KEYS', 'ann:same,bob:same'],
    ['JWT_SECRET', 'secret-word'],
    ['BUDGET_PER_MONTH', 'ann=lots'],
    ['KIE_PRICES', '0.4'],
    ['FETCH_ALLOW_HOSTS', 'http://a/'],
    ['LOG_LEVEL', 'loud'],
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
    expect(refused).toThrow(new RegExp(`^${name}: [^\\n]+$`));
    expect(refused).not.toThrow(/secret-word/);
  });

  it('refuses what does not go together, naming what is missing', () => {
    expect(() => readConfig({ PROVIDERS: 'kie' })).toThrow(/^KIE_API_KEY: /);
    expect(() => readConfig({ JWT_SECRET: 'x'.repeat(32), JWT_JWKS_URL: 'https://a.example' })).toThrow(
      /^JWT_SECRET: .*JWT_JWKS_URL/,
    );
    expect(readConfig({ HOST: '0.0.0.0', API_KEYS: 'ann:k1' }).HOST).toBe('0.0.0.0');
  });

  it('describes each variable for people', () => {
    for (const { name, meaning } of describeVariables())
      expect([name, meaning.length > 5]).toEqual([name, true]);
  });
});
