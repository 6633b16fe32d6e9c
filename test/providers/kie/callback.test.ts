import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSignedCallback, taskIdOfCallback } from '../../../src/providers/kie/callback.ts';

const key = 'webhookHmacKey';
const now = 1_769_670_760_000;
const sign = (text: string, withKey = key) => createHmac('sha256', withKey).update(text).digest('base64');
const at = (offsetSeconds: number) => String(now / 1000 + offsetSeconds);

describe('a callback names its task', () => {
  it.each([
    ['as Veo does (Kie docs, 2026-06)', { code: 200, data: { taskId: 'a', info: {} } }, 'a'],
    ['as the sample of the signature does', { taskId: 'b', code: 200, data: { task_id: 'a' } }, 'a'],
    ['at the top alone', { taskId: 'b', data: null }, 'b'],
    ['nowhere', { code: 200, data: { info: { resultUrls: ['https://a.example/v.mp4'] } } }, null],
    ['as a number', { data: { taskId: 7 } }, null],
    ['in a list', [{ taskId: 'a' }], null],
    ['in nothing', null, null],
    ['in a text', 'a', null],
  ])('%s', (_where, body, id) => {
    expect(taskIdOfCallback(body)).toBe(id);
  });
});

describe('a signature', () => {
  it.each([
    ['of now', at(0), sign(`t.${at(0)}`), true],
    ['300 s old', at(-300), sign(`t.${at(-300)}`), true],
    ['301 s old', at(-301), sign(`t.${at(-301)}`), false],
    ['30 s ahead', at(30), sign(`t.${at(30)}`), true],
    ['31 s ahead', at(31), sign(`t.${at(31)}`), false],
    ['in milliseconds', `${at(0)}000`, sign(`t.${at(0)}000`), false],
    ['with a time that is none', 'soon', sign('t.soon'), false],
    ['with a negative time', '-5', sign('t.-5'), false],
    ['of another task', at(0), sign(`u.${at(0)}`), false],
    ['with another key', at(0), sign(`t.${at(0)}`, 'other'), false],
    ['cut short', at(0), sign(`t.${at(0)}`).slice(0, 20), false],
    ['that is empty', at(0), '', false],
    ['that is missing', at(0), null, false],
    ['without a time', null, sign('t.'), false],
  ])('%s', (_what, timestamp, signature, isGood) => {
    expect(isSignedCallback(key, 't', { timestamp, signature }, now)).toBe(isGood);
  });

  it('is that of the documentation: HMAC-SHA256 over taskId.timestamp in standard base64', () => {
    const signature = createHmac('sha256', key).update('ee9c27.1769670760').digest('base64');
    expect(isSignedCallback(key, 'ee9c27', { timestamp: '1769670760', signature }, now)).toBe(true);
  });
});
