import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startImageHost } from '../support/image-host/image-host.ts';
import { pointedAt, startProgram, startSimulatorProcess, statsOf } from '../support/processes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { png } from '../support/upload.ts';
import { waitFor } from '../support/wait-for.ts';

// As they stand in the seed document, "Through the API", steps 1 and 2.
const firstLine = String.raw`curl -X POST "http://localhost:8000/veo31/generate-from-urls" \
  -F "reference_image_urls=https://images.unsplash.com/photo-1656543802898-41c8c46683a7" \
  -F "prefer_kie_api=true" \
  -F "use_case=product_video" \
  -F "duration_seconds=5" \
  -F "aspect_ratio=16:9"`;
const secondLine = `curl "http://localhost:8000/veo31/kie-status/88513be422a2f971886273b32867fd6f"`;
const seedsTaskId = '88513be422a2f971886273b32867fd6f';

/** Pastes a line into a shell. */
async function paste(line: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)('sh', ['-c', line]);
  return JSON.parse(stdout);
}

describe("the seed's curl lines", () => {
  it('work as they stand, but for the port', async () => {
    await expect(
      promisify(execFile)('curl', ['--version']),
      'This test pastes lines for curl: install curl (Debian: apt install curl).',
    ).resolves.toBeDefined();
    await using folder = await temporaryFolder();
    await using simulator = await startSimulatorProcess('--duration-ms', '500');
    await using images = await startImageHost(png);
    const env = pointedAt(simulator, folder.path);
    await using server = await startProgram(['node', ...images.arguments, 'src/main.ts'], {
      ...env,
      ...images.env,
      PORT: '0',
      FETCH_ALLOW_HOSTS: `${env['FETCH_ALLOW_HOSTS']},images.unsplash.com`,
    });
    const here = (line: string) => line.replace(':8000', `:${new URL(server.url).port}`);

    const generated = (await paste(here(firstLine))) as { step3_video_generation: { task_id: string } };
    const { task_id: taskId } = generated.step3_video_generation;
    expect(generated).toEqual({
      id: expect.stringMatching(/^task_/) as string,
      step1_reference_images: ['https://images.unsplash.com/photo-1656543802898-41c8c46683a7'],
      step2_prompt: expect.stringContaining('A product video for a shop.') as string,
      step3_video_generation: {
        provider: 'kie.ai',
        status: 'submitted',
        task_id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      },
      note: 'The model makes videos of 4, 6, 8 seconds: 5 became 6.',
    });
    expect(images.asked).toEqual(['images.unsplash.com/photo-1656543802898-41c8c46683a7']);

    // The task of the document was not made here.
    expect(await paste(here(secondLine))).toEqual({
      provider: 'kie.ai',
      task_id: seedsTaskId,
      status: 'unknown',
      hint: expect.stringContaining('https://app.kie.ai') as string,
    });
    const status = here(secondLine).replace(seedsTaskId, taskId);
    const done = await waitFor(
      'the end',
      () => paste(status) as Promise<{ status: string; video_url?: string }>,
      (seen) => seen.status !== 'processing',
    );
    expect(done).toEqual({
      provider: 'kie.ai',
      task_id: taskId,
      status: 'completed',
      video_url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/media\/[\w-]{22}\.mp4$/) as string,
    });
    const video = await fetch(done.video_url ?? '');
    expect(Buffer.from(await video.arrayBuffer()).toString('latin1', 4, 8)).toBe('ftyp');
    expect((await statsOf(simulator)).createsAccepted).toBe(1);
  });
});
