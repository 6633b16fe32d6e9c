import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { sampleTask, type TaskOverrides } from './sample-task.ts';

const sample = new URL('../../src/providers/simulator/samples/16x9.mp4', import.meta.url);

/** A finished video, or what is special about it. */
export type Seeded = string | (TaskOverrides & { readonly createdAt?: number });

/** Puts finished videos into a data folder before a server is started on it, the last one newest: a minute apart. */
export async function seedGallery(folder: string, videos: readonly Seeded[]): Promise<void> {
  const mediaKey = `${'A'.repeat(22)}.mp4`;
  await mkdir(join(folder, 'media'), { recursive: true });
  await copyFile(sample, join(folder, 'media', mediaKey));
  await using store = await openSqliteStore(join(folder, 'reelay.db'));
  const start = Date.now() - videos.length * 60_000;
  for (const [index, video] of videos.entries()) {
    const special = typeof video === 'string' ? { prompt: video } : video;
    const createdAt = special.createdAt ?? start + index * 60_000;
    await store.insert(
      sampleTask({
        stage: 'COMPLETED',
        providerTaskId: `seeded-${index}`,
        durationSeconds: 8,
        createdAt,
        submittedAt: createdAt,
        completedAt: createdAt + 50_000,
        updatedAt: createdAt + 50_000,
        nextAction: null,
        dueAt: null,
        cost: { amount: 0.15, credits: 30, settled: true },
        video: {
          sourceUrl: 'https://cdn.example/fox.mp4',
          mediaKey,
          contentType: 'video/mp4',
          bytes: 26_938,
          sha256: '0'.repeat(64),
          archivedAt: createdAt + 50_000,
          width: 640,
          height: 360,
          durationSeconds: 4,
        },
        ...special,
      }),
      null,
    );
  }
}
