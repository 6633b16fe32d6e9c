import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { pointedAt, startServer, startSimulatorProcess, statsOf } from './processes.ts';
import { queryAt } from './start-app.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { waitFor } from './wait-for.ts';

/** What many kills did. Everything but `unknown` and the counts of work must be zero. */
export interface KillFigures {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly completed: number;
  /** Where a kill fell between an attempt and its outcome. */
  readonly unknown: number;
  /** The most that could have been: creates that the server sends at once, for each kill. */
  readonly unknownAtMost: number;
  readonly lost: number;
  readonly otherEnds: number;
  /** Prompts that were created more than once, as counted by the simulator. */
  readonly createdTwice: number;
  /** Ends that a subscriber that resumes was sent twice. */
  readonly endsToldTwice: number;
  /** Ends that it was never sent. */
  readonly endsNotTold: number;
}

interface Told {
  readonly id: string;
  readonly stage: string;
  readonly revision: string;
}

/** As src/app.ts has it. */
const submitsAtOnce = 50;

const isEnd = (stage: string) => stage === 'COMPLETED' || stage === 'FAILED';

/**
 * Kills a server under load at random moments, and starts it again on the same data.
 *
 * @param random numbers from 0 to 1
 * @param settingsOf the settings that point it at a simulator
 */
export async function killRounds(
  rounds: number,
  random: () => number,
  settingsOf: typeof pointedAt = pointedAt,
): Promise<KillFigures> {
  await using folder = await temporaryFolder();
  await using simulator = await startSimulatorProcess('--duration-ms', '300', '--creates-per-10s', '0');
  const env = settingsOf(simulator, folder.path);
  const acknowledged = new Set<string>();
  const ends = new Map<string, number>();
  let after: string | undefined;
  let calls = 0;

  /** Follows all tasks from where the server before ended. */
  const follow = (url: string) => {
    const client = createClient({
      url: `${url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const over = new Promise<void>((resolve) => {
      client.subscribe<{ taskStatusChanged: Told }>(
        {
          query: 'subscription ($after: String) { taskStatusChanged(after: $after) { id stage revision } }',
          variables: { after },
        },
        {
          next: ({ data }) => {
            if (!data) return;
            const { id, stage, revision } = data.taskStatusChanged;
            after = revision;
            if (isEnd(stage)) ends.set(id, (ends.get(id) ?? 0) + 1);
          },
          // A kill cuts the socket: that is what is tried here.
          error: () => resolve(),
          complete: () => resolve(),
        },
      );
    });
    return { over, end: () => client.dispose() };
  };

  /** Takes videos one after the other until the server is gone. */
  const load = async (url: string) => {
    for (;;) {
      calls += 1;
      try {
        const { generateVideo } = await queryAt<{ generateVideo: { task: { id: string } } }>(
          url,
          'mutation ($input: GenerateVideoInput!) { generateVideo(input: $input) { task { id } } }',
          { input: { prompt: `video ${calls}` } },
        );
        acknowledged.add(generateVideo.task.id);
      } catch {
        // Killed in the middle of the call: nothing was answered, so nothing was promised.
        return;
      }
    }
  };

  for (let round = 0; round < rounds; round += 1) {
    await using server = await startServer(env);
    const following = follow(server.url);
    const loads = Array.from({ length: 3 }, () => load(server.url));
    await new Promise((resolve) => {
      setTimeout(resolve, 30 + 500 * random());
    });
    await server.kill('SIGKILL');
    await Promise.all(loads);
    await following.over;
  }

  await using server = await startServer(env);
  const following = follow(server.url);
  const read = async () => {
    const stages = new Map<string, string>();
    let cursor: string | null = null;
    for (;;) {
      const { videoTasks }: { videoTasks: Page } = await queryAt(
        server.url,
        `query ($after: String) { videoTasks(first: 200, after: $after) {
           edges { node { id stage } } pageInfo { hasNextPage endCursor } } }`,
        { after: cursor },
      );
      for (const { node } of videoTasks.edges) stages.set(node.id, node.stage);
      if (!videoTasks.pageInfo.hasNextPage) return stages;
      cursor = videoTasks.pageInfo.endCursor;
    }
  };
  const stages = await waitFor(
    'every task to end',
    read,
    (seen) => [...seen.values()].every((stage) => isEnd(stage) || stage === 'SUBMISSION_UNKNOWN'),
    60_000,
  );
  const ended = [...stages].filter(([, stage]) => isEnd(stage)).map(([id]) => id);
  await waitFor(
    'every end to be sent',
    () => ended.filter((id) => !ends.has(id)),
    (left) => left.length === 0,
  );
  await following.end();
  const { tasks } = await statsOf(simulator);
  const prompts = Object.values(tasks).flatMap(({ prompt }) => (prompt === null ? [] : [prompt]));
  const count = (stage: string) => [...stages.values()].filter((seen) => seen === stage).length;
  return {
    rounds,
    acknowledged: acknowledged.size,
    completed: count('COMPLETED'),
    unknown: count('SUBMISSION_UNKNOWN'),
    unknownAtMost: rounds * submitsAtOnce,
    lost: [...acknowledged].filter((id) => !stages.has(id)).length,
    otherEnds: stages.size - count('COMPLETED') - count('SUBMISSION_UNKNOWN'),
    createdTwice: prompts.length - new Set(prompts).size,
    endsToldTwice: [...ends.values()].filter((times) => times > 1).length,
    endsNotTold: ended.filter((id) => !ends.has(id)).length,
  };
}

interface Page {
  readonly edges: readonly { readonly node: { readonly id: string; readonly stage: string } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
