import { describe, expect, it } from 'vitest';
import { kieProviderAt } from '../../support/kie-provider.ts';
import { startLoopback } from '../../support/loopback.ts';
import { waitFor } from '../../support/wait-for.ts';

describe("the account's balance", () => {
  it('is requested once a minute however often it is read, and sooner after a failure', async () => {
    let asked = 0;
    let now = 1_000_000;
    let isDown = false;
    await using kie = await startLoopback((request, response) => {
      asked += 1;
      expect(request.url).toBe('/api/v1/chat/credit');
      response.end(isDown ? '<html>' : JSON.stringify({ code: 200, msg: 'success', data: 5916.25 - asked }));
    });
    await using provider = kieProviderAt(kie.url, { now: () => now });
    const many = () => Promise.all(Array.from({ length: 20 }, () => provider.credits()));
    expect(new Set(await many())).toEqual(new Set([5915.25]));
    now += 59_999;
    expect([await provider.credits(), asked]).toEqual([5915.25, 1]);
    now += 1;
    isDown = true;
    expect([new Set(await many()), asked]).toEqual([new Set([null]), 2]);
    now += 4999;
    expect([await provider.credits(), asked]).toEqual([null, 2]);
    now += 1;
    isDown = false;
    expect([await provider.credits(), asked]).toEqual([5913.25, 3]);
    // A clock that was set back does not keep it for longer.
    now -= 3_600_000;
    expect([await provider.credits(), asked]).toEqual([5912.25, 4]);
  });

  it('makes nobody wait for a provider that takes long, and its answer is known when it comes', async () => {
    const answers: (() => void)[] = [];
    await using kie = await startLoopback((_request, response) => {
      answers.push(() => response.end(JSON.stringify({ code: 200, msg: 'success', data: 12 })));
    });
    await using provider = kieProviderAt(kie.url);
    expect(await Promise.all([provider.credits(), provider.credits()])).toEqual([null, null]);
    for (const answer of answers) answer();
    await waitFor(
      'the balance',
      () => provider.credits(),
      (credits) => credits === 12,
    );
    expect(answers).toHaveLength(1);
  });

  it('is left alone after a failure that took long, for as long as after any other', async () => {
    let asked = 0;
    let now = 1_000_000;
    await using kie = await startLoopback((_request, response) => {
      asked += 1;
      now += 5000;
      response.end('<html>');
    });
    await using provider = kieProviderAt(kie.url, { now: () => now });
    expect(await provider.credits()).toBeNull();
    now += 4999;
    expect([await provider.credits(), asked]).toEqual([null, 1]);
    now += 1;
    expect([await provider.credits(), asked]).toEqual([null, 2]);
  });
});
