import { join } from 'node:path';
import { pino } from 'pino';
import { startServer } from '../../src/server/start-server.ts';
import { readConfig } from '../../src/config/config.ts';
import { TaskFeed } from '../../src/events/feed.ts';
import { Metrics } from '../../src/metrics/metrics.ts';
import type { MediaStore } from '../../src/media/storage/media-store.ts';
import { openMediaStore } from '../../src/media/storage/open-media-store.ts';
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/store/store.ts';
import type { TaskId, VideoTask } from '../../src/domain/video-task.ts';
import type { TaskEvent } from '../../src/domain/state-machine/state-machine.ts';
import { readPromptFrames } from '../../src/commands/prompt-frames.ts';
import { Recorder } from '../../src/commands/recorder.ts';
import { randomId } from '../../src/commands/random-id.ts';
import { VideoTasks } from '../../src/commands/video-tasks.ts';
import { sampleTask, type TaskOverrides } from './sample-task.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The API in front of a real store, without workers: the test decides what happens to tasks, and when. */
export interface PushServer extends AsyncDisposable {
  readonly url: string;
  readonly store: Store;
  /** What `/media` serves. */
  readonly files: MediaStore;
  /** Its folder, where it is one. */
  readonly mediaDirectory: string;
  /** How many listeners the feed has. */
  readonly listeners: () => number;
  create(overrides?: TaskOverrides): Promise<VideoTask>;
  /** Records one event; fails where the state machine refuses it. */
  record(task: { readonly id: TaskId }, event: TaskEvent): Promise<VideoTask>;
  /** A change that is pushed to every subscriber. */
  touch(task: { readonly id: TaskId }, providerStatus: string): Promise<VideoTask>;
  /** Brings a waiting task to the provider. */
  generate(task: { readonly id: TaskId }): Promise<VideoTask>;
  complete(task: { readonly id: TaskId }, providerStatus?: string): Promise<VideoTask>;
}

/** Starts it with settings of the environment; `prepare` may write the database before it is opened. */
export async function startPushServer(
  env: Record<string, string> = {},
  isWorking: () => boolean = () => true,
  prepare: (databaseFile: string) => Promise<void> = () => Promise.resolve(),
): Promise<PushServer> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await temporaryFolder());
  const config = readConfig({ PORT: '0', DATA_DIR: folder.path, ...env });
  const log = pino({ level: 'silent' });
  const metrics = new Metrics(log);
  const file = join(folder.path, 'reelay.db');
  await prepare(file);
  const store = stack.use(await openSqliteStore(file));
  const feed = stack.use(await TaskFeed.open(store, log, metrics));
  const recorder = new Recorder(store, log, Date.now, metrics);
  const providers: [] = [];
  const files = await openMediaStore(config.media.store, config.storage, log, stack);
  const tasks = new VideoTasks({
    store,
    files,
    recorder,
    providers,
    promptFrames: readPromptFrames(),
    promptWriter: null,
    images: { fetch: () => Promise.reject(new Error('There is nothing to fetch')) },
    budgets: new Map(),
    maxUploadBytes: config.limits.uploadBytesPerOwner,
    wakeWorker: () => {},
    now: Date.now,
  });
  const api = stack.use(
    await startServer(config, {
      store,
      feed,
      tasks,
      providers,
      health: () => 'UNKNOWN',
      isKeyRefused: () => false,
      isWorking,
      files,
      metrics,
      log,
      now: Date.now,
      onCallback: () => {},
    }),
  );
  const record = async (task: { readonly id: TaskId }, event: TaskEvent) => {
    const after = await recorder.record(task.id, event);
    if (after === null) throw new Error(`${event.kind} was refused`);
    return after;
  };
  const running = stack.move();
  return {
    url: api.url,
    store,
    files,
    mediaDirectory: join(folder.path, 'media'),
    listeners: () => feed.listenerCount,
    create: async (overrides = {}) => {
      const result = await store.insert(
        sampleTask({ id: randomId() as TaskId, dueAt: null, ...overrides }),
        null,
      );
      if (result.kind !== 'inserted') throw new Error(result.kind);
      return result.task;
    },
    record,
    touch: (task, providerStatus) =>
      record(task, { kind: 'observed', providerStatus, percent: null, memo: null, hint: null }),
    generate: async (task) => {
      await record(task, { kind: 'attemptStarted' });
      return record(task, { kind: 'accepted', providerTaskId: `p-${task.id}`, memo: null });
    },
    complete: (task, providerStatus = 'success') =>
      record(task, {
        kind: 'succeeded',
        providerStatus,
        memo: null,
        cost: null,
        video: {
          sourceUrl: 'https://videos.example/v.mp4',
          mediaKey: `${task.id}.mp4`,
          contentType: 'video/mp4',
          bytes: 1,
          sha256: 'aa',
          width: null,
          height: null,
          durationSeconds: null,
          archivedAt: 1,
        },
      }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
