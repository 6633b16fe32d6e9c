import { atMost, percentile, rounded, type Row, type Target } from '../report.ts';
import { numberOf } from './database.ts';
import { cursorOf, longestHealthMs, listQuery, sizeName } from './reads.ts';
import type { WatchedServer } from './server.ts';
import { promptOf, searched } from './texts.ts';

const count = 200;
/** The CPU of one request, in milliseconds: a page, its total, and the work of everything else. */
const mostCpuMs = 600;
const dayMs = 24 * 3_600_000;

/** Numbers below 1 that are the same in each run. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Makes variables of searches of all forms that a caller can send: frequent, rare, wrong and hostile strings. */
function searches(tasks: number): () => Readonly<Record<string, unknown>> {
  const random = randomOf(1);
  const below = (most: number) => Math.floor(random() * most);
  const pick = <Item>(first: Item, ...others: readonly Item[]): Item =>
    others[below(others.length + 1)] ?? first;
  const prompt = () => promptOf(below(2000));
  const words = (most: number) => {
    const all = prompt().split(' ');
    return Array.from({ length: 1 + below(most) }, () => all[below(all.length)] ?? '');
  };
  const piece = (length: number) => {
    const text = prompt();
    const start = below(Math.max(text.length - length, 1));
    return text.slice(start, start + length);
  };
  const changed = (text: string, to: (code: number) => number) => {
    const at = below(text.length);
    return text.slice(0, at) + String.fromCharCode(to(text.charCodeAt(at))) + text.slice(at + 1);
  };
  const forms: readonly (() => string)[] = [
    () => pick('e', 'а', 'z', '7', ' ', '%', '_', 'щ'),
    () => piece(2),
    () => piece(3),
    () => words(1).join(' '),
    () => words(5).join(' '),
    () => words(5).join(''),
    () => words(40).join(' ').slice(0, 200),
    () => piece(5 + below(190)),
    () => changed(piece(190), () => 0x439),
    // Other characters with the same lower bits.
    () => changed(piece(2 + below(4)), (code) => code + 0x100),
    () => pick('a', '%', 'the ', 'ab').repeat(200).slice(0, 200),
    () => String(below(tasks)),
    () => `task_${below(4096).toString(16)}`,
    () => pick(searched.none, searched.rare, searched.frequentWords, '%_%'),
  ];
  const ago = (days: number) => new Date(Date.now() - days * dayMs).toISOString();
  const filters: readonly object[] = [
    {},
    {},
    { status: ['FAILED'] },
    { status: ['PROCESSING'] },
    { stage: ['CANCELED'] },
    { provider: ['SIMULATOR'] },
    { provider: ['GOOGLE'] },
    { label: 'SKU-3' },
    { label: 'SKU-3', status: ['FAILED'] },
    { label: 'none' },
    { createdAfter: ago(30) },
    { endedAfter: ago(1) },
    { createdBefore: ago(335) },
    { status: ['FAILED'], provider: ['SIMULATOR'], createdBefore: ago(182) },
  ];
  let place = 0;
  return () => {
    const search = (forms[place++ % forms.length] ?? prompt)();
    const cursor = cursorOf(numberOf(below(tasks)));
    const paging = pick<object>(
      { first: 50 },
      { first: 50, after: cursor },
      { last: 50 },
      { last: 50, before: cursor },
    );
    return { ...paging, filter: { ...filters[below(filters.length)], search } };
  };
}

/** The CPU of random searches, each with its total, while another process asks for `/healthz`. */
export async function measureRandomSearches(
  server: WatchedServer,
): Promise<{ rows: Row[]; targets: Target[] }> {
  const next = searches(server.tasks);
  const query = listQuery(true);
  const cpuMs: number[] = [];
  await server.longestMs();
  for (let request = 0; request < count; request += 1) {
    const variables = next();
    const before = await server.cpuMs();
    await server.query(query, variables);
    cpuMs.push((await server.cpuMs()) - before);
  }
  const longest = await server.longestMs();
  const slowest = Math.max(...cpuMs);
  const work = `${count} random searches, ${sizeName(server.tasks)} tasks`;
  return {
    rows: [
      {
        work,
        'CPU ms p50': rounded(percentile(cpuMs, 0.5)),
        'CPU ms p95': rounded(percentile(cpuMs, 0.95)),
        'CPU ms, slowest': rounded(slowest),
        'longest /healthz ms': rounded(longest),
      },
    ],
    targets: [
      atMost(`${work}: CPU of the slowest in ms`, slowest, mostCpuMs),
      atMost(`${work}: longest /healthz in ms`, longest, longestHealthMs),
    ],
  };
}
