import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startGoogleApp, type GoogleApp } from '../../../support/google-app.ts';
import { startLoopback } from '../../../support/loopback.ts';
import { png, upload } from '../../../support/upload.ts';

let app: GoogleApp;
beforeAll(async () => {
  app = await startGoogleApp();
});
afterAll(() => app[Symbol.asyncDispose]());

const failed = (code: string) => ({ stage: 'FAILED', error: { code } });
const completed = { stage: 'COMPLETED', error: null };

describe('a task of Omni', () => {
  it.each([
    ['a cat', completed],
    ['a cat [sim:google-file=late]', completed],
    ['a cat [sim:google-inline]', completed],
    ['a cat [sim:filtered]', failed('CONTENT_FILTERED')],
    ['a cat [sim:google-errors=internal]', failed('PROVIDER_FAILED')],
    ['a cat [sim:google-status=requires_action]', failed('PROVIDER_FAILED')],
    ['a cat [sim:google-poll=task]', failed('PROVIDER_REJECTED')],
    ['a cat [sim:google-poll=credentials][sim:times=3]', completed],
    ['a cat [sim:google-file=failed]', failed('PROVIDER_FAILED')],
    ['a cat [sim:google-retired]', failed('MODEL_RETIRED')],
    ['a cat [sim:check-http=503][sim:times=2]', completed],
    ['a cat [sim:create-http=503]', { stage: 'SUBMISSION_UNKNOWN' }],
    ['a cat [sim:create-drop]', { stage: 'SUBMISSION_UNKNOWN' }],
    ['a cat [sim:create-cut]', completed],
    ['a cat [sim:odd-state][sim:times=2]', completed],
  ])('ends: %s', async (prompt, end) => {
    const { id } = await app.as().make(prompt);
    const task = await app.as().until(id, end.stage, ({ stage }) => stage === end.stage);
    expect(task).toMatchObject(end);
    expect(JSON.stringify(task)).not.toContain('sk-gemini-secret');
  });

  it('plays our copy of a video that only the key opens, and never takes the key elsewhere', async () => {
    const { id } = await app.as().make('A cat to play');
    const task = await app.as().untilStage(id, 'COMPLETED');
    const response = await fetch(task.videoUrl ?? '');
    expect(response.headers.get('content-type')).toBe('video/mp4');
    expect(task.video?.sourceUrl).toMatch(/\/v1beta\/files\/\w+:download\?alt=media$/);
    expect(task.providerTaskId).toMatch(/^v1_/);
    await response.arrayBuffer();
    expect(app.simulator.stats.leakedKeys).toBe(0);
  });

  it('sends uploads and fetched addresses as bytes', async () => {
    await using images = await startLoopback((_request, response) => {
      response.setHeader('content-type', 'image/png');
      response.end(png);
    });
    await using other = await startGoogleApp({ FETCH_ALLOW_HOSTS: images.host });
    const uploadId = (await upload(other.url, png)).body.data?.uploadReferenceImage.image?.uploadId;
    const { id } = await other.as().make('two pictures [sim:stuck]', {
      referenceImages: [{ uploadId }, { url: `${images.url}/a.png` }],
    });
    const { providerTaskId } = await other.as().untilStage(id, 'GENERATING');
    // The end of the task shows what was sent.
    await fetch(`${other.simulator.url}/_simulator/behaviours`, { method: 'POST', body: '["filtered"]' });
    const headers = { 'x-goog-api-key': 'sk-gemini-secret', 'x-simulator': 'google-status=shown' };
    const shown = await fetch(`${other.simulator.url}/v1beta/interactions/${providerTaskId}`, { headers });
    expect(shown.status).toBe(200);
    expect(other.simulator.stats.createsAccepted).toBe(1);
  });

  it('fails unbilled where the address of an image leads nowhere', async () => {
    await using images = await startLoopback((_request, response) => response.writeHead(404).end());
    await using other = await startGoogleApp({ FETCH_ALLOW_HOSTS: images.host });
    const { id } = await other.as().make('a picture', { referenceImages: [{ url: `${images.url}/a.png` }] });
    const task = await other.as().untilStage(id, 'FAILED');
    expect(task.error).toMatchObject({ code: 'IMAGE_UNREACHABLE', billed: 'NO' });
    expect(other.simulator.stats.createsReceived).toBe(0);
  });

  it('is stopped at Google when it is canceled', async () => {
    const { id } = await app.as().make('A cat to cancel [sim:stuck]');
    await app.as().untilStage(id, 'GENERATING');
    const before = app.simulator.stats.cancels;
    await app.as().byId('cancelVideoTask', id);
    const task = await app
      .as()
      .until(id, 'the answer', ({ hint }) => hint?.includes('has stopped it') === true);
    expect([task.stage, app.simulator.stats.cancels > before]).toEqual(['CANCELED', true]);
  });

  it.each([
    [{ durationSeconds: 2 }, 'durationSeconds'],
    [{ negativePrompt: 'dogs' }, 'negativePrompt'],
    [{ audio: false }, 'audio'],
    [{ aspectRatio: 'SQUARE_1_1' }, 'aspectRatio'],
    [{ model: 'gemini-omni-1.1-flash', durationSeconds: 15 }, 'durationSeconds'],
  ])('is refused without a request: %j', async (more, field) => {
    const before = app.simulator.stats.createsReceived;
    const { userErrors } = await app.as().generate({ prompt: 'a cat', ...more });
    expect(userErrors).toMatchObject([{ code: 'UNSUPPORTED', field: ['input', field] }]);
    expect(app.simulator.stats.createsReceived).toBe(before);
  });

  it('costs what its seconds cost', async () => {
    const { cost } = await app.as().make('a cat', { durationSeconds: 15, resolution: 'P1080' });
    expect(cost).toEqual({ amount: 1.575, credits: null, settled: false });
  });
});
