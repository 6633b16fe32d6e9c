import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { asTable, type Result } from './report.ts';
import { checks } from './scenarios/checks.ts';
import { fanOut } from './scenarios/fan-out.ts';
import { feed } from './scenarios/feed.ts';
import { latency } from './scenarios/latency.ts';
import { life } from './scenarios/life.ts';
import { memory } from './scenarios/memory.ts';
import { mutate } from './scenarios/mutate.ts';
import { open } from './scenarios/open.ts';
import { query } from './scenarios/query.ts';
import { rows } from './scenarios/rows.ts';
import { scale } from './scenarios/scale.ts';
import { installPeers } from './install.ts';
import { stalled } from './scenarios/stalled.ts';

const usage = `npm run bench -- [--quick] [--docs] [scenario …]
Prints tables and writes bench/results/SCENARIO.json; --docs: puts them into docs/benchmarks.md too. Scenarios:`;

/** Scenarios by name, with their size by default and with --quick. */
const scenarios: Readonly<Record<string, (quick: boolean) => Promise<Result>>> = {
  'fan-out-1000': (quick) =>
    fanOut({
      scenario: 'fan-out-1000',
      subscribers: 1000,
      tasks: 1,
      operations: 'plain',
      perSecond: 25,
      changes: quick ? 25 : 50,
      rounds: quick ? 1 : 5,
      atMost: { raw: 1.25, bestPeer: 0.333 },
    }),
  'fan-out-mixed': (quick) =>
    fanOut({
      scenario: 'fan-out-mixed',
      subscribers: 1000,
      tasks: 1,
      operations: 'mixed',
      perSecond: 40,
      changes: quick ? 20 : 60,
      rounds: quick ? 1 : 3,
      atMost: { raw: 1.25, bestPeer: 0.333 },
    }),
  'fan-out-5000': (quick) =>
    fanOut({
      scenario: 'fan-out-5000',
      subscribers: quick ? 2000 : 5000,
      tasks: 1,
      operations: 'plain',
      perSecond: 5,
      changes: quick ? 5 : 10,
      rounds: quick ? 1 : 2,
      atMost: {},
    }),
  'fan-out-5000-tasks': (quick) => {
    const tasks = quick ? 1000 : 5000;
    return fanOut({
      scenario: 'fan-out-5000-tasks',
      subscribers: tasks,
      tasks,
      operations: 'plain',
      perSecond: 1000,
      changes: tasks,
      rounds: quick ? 1 : 3,
      atMost: { bestPeer: 1 },
    });
  },
  feed: (quick) =>
    feed({ subscribers: quick ? 300 : 1000, tasks: quick ? 60 : 200, perSecond: 20, rounds: quick ? 1 : 3 }),
  memory: (quick) => memory({ subscribers: quick ? 1000 : 5000, rounds: 1 }),
  query: (quick) => query({ seconds: quick ? 1 : 3, connections: 50, rounds: quick ? 1 : 3 }),
  latency: (quick) =>
    latency({
      subscribers: quick ? 500 : 1000,
      perSecond: 200,
      changes: quick ? 200 : 600,
      rounds: quick ? 1 : 2,
    }),
  open: (quick) => open({ subscribers: quick ? 2000 : 10_000, perSecond: 200, changes: quick ? 600 : 3000 }),
  mutate: (quick) => mutate({ seconds: quick ? 1 : 3, connections: 50, rounds: quick ? 1 : 5 }),
  checks: (quick) => checks({ tasks: quick ? 2000 : 20_000, seconds: quick ? 5 : 25, addedMs: 4 }),
  life: (quick) => life({ tasks: quick ? 200 : 1000, rounds: quick ? 1 : 3 }),
  rows: (quick) =>
    rows({
      sizes: quick ? [1000, 200_000] : [1000, 200_000, 1_000_000],
      deleted: quick ? 20_000 : 100_000,
      rounds: quick ? 3 : 5,
    }),
  scale: (quick) =>
    scale({
      instances: [1, 2, 4],
      mutationSeconds: quick ? 2 : 4,
      checks: { tasks: quick ? 1000 : 3000, seconds: quick ? 3 : 6 },
      pushes: {
        subscribers: quick ? 24 : 100,
        loads: [
          { perSecond: 5, seconds: quick ? 2 : 6 },
          { perSecond: quick ? 15 : 25, seconds: quick ? 3 : 6 },
        ],
      },
      claims: { sizes: [500, quick ? 50_000 : 500_000], rounds: quick ? 5 : 12 },
      tasks: quick ? 200 : 1000,
    }),
  stalled: (quick) => stalled({ changes: quick ? 4000 : 20_000, perSecond: 1500, payloadBytes: 4096 }),
};

/** Replaces the table of a scenario in the page. */
async function intoPage(name: string, table: string): Promise<void> {
  const page = new URL('../docs/benchmarks.md', import.meta.url);
  const before = await readFile(page, 'utf8');
  const [start, end] = [`<!-- ${name} -->\n`, `<!-- /${name} -->`];
  const [head, rest] = before.split(start);
  const tail = rest?.split(end)[1];
  if (tail === undefined) throw new Error(`docs/benchmarks.md has no marker for ${name}`);
  await writeFile(page, `${head}${start}\n${table}\n${end}${tail}`);
}

const print = (text: string) => void process.stdout.write(`${text}\n`);

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    docs: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const names = positionals.length === 0 ? Object.keys(scenarios) : positionals;
const unknown = names.filter((name) => !(name in scenarios));
if (values.help || unknown.length > 0) {
  print([usage, ...Object.keys(scenarios).map((name) => `  ${name}`)].join('\n'));
  process.exit(unknown.length > 0 ? 1 : 0);
}

const machine = {
  node: process.version,
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: availableParallelism(),
  memoryGB: Math.round(totalmem() / 1e9),
};
await installPeers();
print(`Node ${machine.node}, ${machine.cores} × ${machine.cpu}, ${machine.memoryGB} GB\n`);
const results = new URL('./results/', import.meta.url);
await mkdir(results, { recursive: true });
let missed = 0;
for (const name of names) {
  const startedAt = performance.now();
  const result = await scenarios[name]?.(values.quick);
  if (result === undefined) continue;
  missed += result.targets.filter(({ holds }) => !holds).length;
  const table = asTable(result);
  print(table);
  if (values.docs) await intoPage(name, table);
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  const record = { ...result, quick: values.quick, at: new Date().toISOString(), seconds, machine };
  await writeFile(new URL(`./${name}.json`, results), `${JSON.stringify(record, null, 2)}\n`);
}
print(missed === 0 ? 'Every promise holds.' : `${missed} of the promises above are missed.`);
