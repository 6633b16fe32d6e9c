import { exitCodes, type ExitCode } from './failure.ts';
import { listTasks, type Page } from './operations.ts';
import type { Session } from './session.ts';
import type { Task } from './task.ts';
import { columns, money, oneLine } from './format.ts';

/** Options of `list`. */
export interface ListOptions {
  readonly limit: number;
  readonly status?: readonly string[] | undefined;
  readonly search?: string | undefined;
  readonly label?: string | undefined;
  readonly group?: string | undefined;
}

/** The largest page that the server returns. */
const pageSize = 200;

/** Lists tasks, newest first. */
export async function list({ server, output }: Session, options: ListOptions): Promise<ExitCode> {
  const filter = {
    ...(options.status && { status: options.status }),
    ...(options.search !== undefined && { search: options.search }),
    ...(options.label !== undefined && { label: options.label }),
    ...(options.group !== undefined && { group: options.group }),
  };
  const tasks: Task[] = [];
  let after: string | null = null;
  while (tasks.length < options.limit) {
    const first = Math.min(pageSize, options.limit - tasks.length);
    const { edges, pageInfo }: Page = (await server.request(listTasks, { first, after, filter })).videoTasks;
    for (const { node } of edges) {
      tasks.push(node);
      output.result({ type: 'task', task: node }, null);
    }
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) break;
  }
  if (tasks.length > 0) output.print(columns(tasks.map(row)));
  else output.note('No tasks found.');
  return exitCodes.done;
}

const row = (task: Task): readonly string[] => [
  task.id,
  task.stage,
  `${task.progress.percent} %`,
  task.createdAt.slice(0, 19).replace('T', ' '),
  money(task.cost),
  oneLine(task.label ?? (task.prompt || (task.providerTaskId ?? '')), 60),
];
