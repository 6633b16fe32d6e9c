import { readFileSync } from 'node:fs';
import { buildSchema, type GraphQLFieldResolver, type GraphQLSchema } from 'graphql';
import { globalIdOf, prompt } from '../tasks.ts';

/** A task of the peers: in memory, with values as they are sent, so that resolvers have no work. */
export interface Task {
  id: string;
  status: string;
  stage: string;
  provider: string;
  model: string;
  providerTaskId: string;
  providerStatus: string;
  prompt: string;
  label: string | null;
  videoUrl: string | null;
  error: null;
  createdAt: string;
  updatedAt: string;
  revision: string;
}

/** All tasks of a peer. */
export class Tasks {
  readonly byId = new Map<string, Task>();
  #revision = 0;

  constructor(count: number) {
    for (let index = 0; index < count; index += 1) {
      const now = new Date().toISOString();
      const id = globalIdOf(index);
      this.byId.set(id, {
        id,
        status: 'PROCESSING',
        stage: 'GENERATING',
        provider: 'KIE',
        model: 'veo3_fast',
        providerTaskId: `p${index}`,
        providerStatus: 'running',
        prompt,
        label: null,
        videoUrl: null,
        error: null,
        createdAt: now,
        updatedAt: now,
        revision: this.#nextRevision(),
      });
    }
  }

  /** Changes the n-th task and returns it. */
  touch(index: number, providerStatus: string): Task {
    const id = globalIdOf(index);
    const task = this.byId.get(id);
    if (task === undefined) throw new Error(`There is no task ${index}`);
    const changed = {
      ...task,
      providerStatus,
      updatedAt: new Date().toISOString(),
      revision: this.#nextRevision(),
    };
    this.byId.set(id, changed);
    return changed;
  }

  /** As many digits as Reelay's. */
  #nextRevision(): string {
    this.#revision += 1;
    return `${String(this.#revision).padStart(16, '0')}-inmemory`;
  }
}

/**
 * Reelay's printed schema, with resolvers for the measured fields.
 *
 * @param subscribe how the peer follows one task; its events are tasks
 */
export function schemaOf(
  tasks: Tasks,
  subscribe: GraphQLFieldResolver<unknown, never, { id: string }>,
): GraphQLSchema {
  const schema = buildSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const videoTask = schema.getQueryType()?.getFields()['videoTask'];
  const taskStatusChanged = schema.getSubscriptionType()?.getFields()['taskStatusChanged'];
  if (videoTask === undefined || taskStatusChanged === undefined) throw new Error('The schema has changed');
  videoTask.resolve = (_root, { id }: { id: string }) => tasks.byId.get(id) ?? null;
  taskStatusChanged.subscribe = subscribe as GraphQLFieldResolver<unknown, unknown>;
  taskStatusChanged.resolve = (task: unknown) => task;
  return schema;
}
