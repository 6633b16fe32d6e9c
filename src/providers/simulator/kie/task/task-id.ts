import { randomInt } from 'node:crypto';
import { type Behaviours, type SwitchName, keptInId, withinTimes } from '../../switches.ts';

/** The wire contract that a task was created on; only that contract's query finds it. */
export type Contract = 'jobs' | 'veo';

const contracts = ['jobs', 'veo'] as const satisfies readonly Contract[];

/** Aspect ratios in Kie's spelling (`1:1` is not offered for Veo but for its sibling models). */
export const aspects = ['16:9', '9:16', '1:1', 'Auto'] as const;
/** Resolutions in Kie's spelling. */
export const resolutions = ['360p', '720p', '1080p', '4k'] as const;
/** Kie's three Veo models, cheapest first. */
export const tiers = ['veo3_lite', 'veo3_fast', 'veo3'] as const;

/** The facts about a task in its id. */
export interface TaskFacts {
  readonly createdAt: number;
  readonly contract: Contract;
  readonly aspect: (typeof aspects)[number];
  readonly seconds: number;
  readonly resolution: (typeof resolutions)[number];
  readonly tier: (typeof tiers)[number];
  /** The valueless switches of the task. */
  readonly flags: readonly SwitchName[];
  /** Duration of the task, if it is not that of the process. */
  readonly takesMs: number | undefined;
  readonly random: number;
}

/**
 * The 128 bits from the top: name and width. Everything that decides an answer is in the id, so that a simulator
 * which never saw a task answers for it as the one that made it.
 */
const layout = {
  createdAt: 44,
  contract: 2,
  aspect: 2,
  seconds: 4,
  resolution: 2,
  tier: 2,
  flags: 36,
  takes: 16,
  random: 12,
  checksum: 8,
} as const;
type Field = keyof typeof layout;
const fields = Object.entries(layout).map(([name, width]) => ({ name, width: BigInt(width) }));

/** Makes a task id of 32 lowercase hex digits, the form of recorded ids (recorded Kie traffic, 2026-04 to 08). */
export function makeTaskId(
  facts: Omit<TaskFacts, 'random' | 'flags'> & { readonly behaviours: Behaviours },
): string {
  const values: Record<Field, bigint> = {
    createdAt: BigInt(facts.createdAt),
    contract: BigInt(contracts.indexOf(facts.contract)),
    aspect: BigInt(aspects.indexOf(facts.aspect)),
    seconds: BigInt(Math.min(15, facts.seconds)),
    resolution: BigInt(resolutions.indexOf(facts.resolution)),
    tier: BigInt(tiers.indexOf(facts.tier)),
    flags: flagBits(facts.behaviours),
    takes: BigInt(packTakes(facts.takesMs)),
    random: BigInt(randomInt(1 << layout.random)),
    checksum: 0n,
  };
  const bits = fields.reduce(
    (sum, { name, width }) => (sum << width) | (isField(name) ? values[name] : 0n),
    0n,
  );
  return (bits | BigInt(checksum(bits))).toString(16).padStart(32, '0');
}

/** Reads a task id; undefined for anything that no simulator has made. */
export function readTaskId(id: string): TaskFacts | undefined {
  if (!/^[0-9a-f]{32}$/.test(id)) return undefined;
  const bits = BigInt(`0x${id}`);
  const values = new Map<string, number>();
  let rest = bits;
  let flags = 0n;
  for (const { name, width } of fields.toReversed()) {
    const value = BigInt.asUintN(Number(width), rest);
    values.set(name, Number(value));
    if (name === 'flags') flags = value;
    rest >>= width;
  }
  const field = (name: Field): number => values.get(name) ?? 0;
  const contract = contracts[field('contract')];
  const aspect = aspects[field('aspect')];
  const resolution = resolutions[field('resolution')];
  const tier = tiers[field('tier')];
  const isOurs = field('checksum') === checksum(bits);
  if (!isOurs || !contract || !aspect || !resolution || !tier) return undefined;
  return {
    createdAt: field('createdAt'),
    contract,
    aspect,
    seconds: field('seconds'),
    resolution,
    tier,
    flags: keptInId.filter((_, index) => ((flags >> BigInt(index)) & 1n) === 1n),
    takesMs: unpackTakes(field('takes')),
    random: field('random'),
  };
}

function isField(name: string): name is Field {
  return name in layout;
}

function flagBits(behaviours: Behaviours): bigint {
  // With `times` the faults end; a process that cannot know how many are left must not start them again.
  const kept = withinTimes(behaviours, Infinity);
  return keptInId.reduce((sum, name, index) => (kept.has(name) ? sum | (1n << BigInt(index)) : sum), 0n);
}

/** 16 bits: 0 is "as the process says"; below 2^15 steps of 10 ms, above it seconds. */
function packTakes(takesMs: number | undefined): number {
  if (takesMs === undefined) return 0;
  const steps = Math.ceil(takesMs / 10) + 1;
  return steps < 0x8000 ? steps : 0x8000 + Math.min(0x7fff, Math.ceil(takesMs / 1000));
}

function unpackTakes(packed: number): number | undefined {
  if (packed === 0) return undefined;
  return packed < 0x8000 ? (packed - 1) * 10 : (packed - 0x8000) * 1000;
}

/** Over the upper 120 bits, each byte turned by its place, so that swapped bytes are seen. */
function checksum(bits: bigint): number {
  let sum = 0x5a;
  for (let byte = 1n; byte < 16n; byte++) {
    sum = (sum * 31 + Number((bits >> (byte * 8n)) & 0xffn)) & 0xff;
  }
  return sum;
}
