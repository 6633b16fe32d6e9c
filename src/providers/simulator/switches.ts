import { SWITCHES, type SwitchRow } from './switch-table.ts';

/** The name of a switch. */
export type SwitchName = (typeof SWITCHES)[number]['name'];

/** Switched-on behaviours with their values (`''` for a switch without one). */
export type Behaviours = ReadonlyMap<SwitchName, string>;

/** The result of parsing: the behaviours, or a sentence about the first item that is invalid. */
export type ParsedSwitches =
  | { readonly kind: 'parsed'; readonly behaviours: Behaviours }
  | { readonly kind: 'refused'; readonly why: string };

const rows: readonly (SwitchRow & { readonly name: SwitchName })[] = SWITCHES;
const rowOf = new Map<string, (typeof rows)[number]>(rows.map((row) => [row.name, row]));

/** The switches that a task id carries as one bit each, in the order of their bits. */
export const keptInId: readonly SwitchName[] = rows
  .filter((row) => row.value === undefined && ['check', 'file', 'task'].includes(row.place))
  .map((row) => row.name);

/**
 * Reads `name` and `name=value` strings. A switch that does not exist is refused rather than ignored: a test with a
 * misspelt switch would pass for the wrong reason. So is a switch of the process where `scope` is one task or request.
 */
export function parseSwitches(
  texts: Iterable<string>,
  scope: 'process' | 'task' = 'process',
): ParsedSwitches {
  const behaviours = new Map<SwitchName, string>();
  for (const text of texts) {
    const [, name = '', given] = /^\s*([^=\s]*)\s*(?:=(.*))?$/s.exec(text) ?? [];
    const row = rowOf.get(name);
    if (row === undefined) return { kind: 'refused', why: `The simulator has no switch "${text.trim()}".` };
    if (scope === 'task' && row.place === 'process') {
      return { kind: 'refused', why: `The switch "${name}" applies to the whole process only.` };
    }
    const value = given?.trim() ?? row.usual ?? '';
    const why = valueFault(row, value);
    if (why !== undefined) return { kind: 'refused', why };
    behaviours.set(row.name, value);
  }
  return { kind: 'parsed', behaviours };
}

/** Reads the `[sim:NAME]` and `[sim:NAME=VALUE]` markers of a prompt. */
export function parseMarkers(prompt: string): ParsedSwitches {
  return parseSwitches(
    Array.from(prompt.matchAll(/\[sim:([^\]]*)\]/g), (match) => match[1] ?? ''),
    'task',
  );
}

/** Reads the `x-simulator: NAME=VALUE,…` header. */
export function parseHeader(header: string | string[] | undefined): ParsedSwitches {
  return parseSwitches(
    [header ?? []].flat().flatMap((line) => line.split(',').filter((text) => text.trim() !== '')),
    'task',
  );
}

/** All of these together; where a switch is given twice, the later value counts. */
export function mergeBehaviours(...all: readonly Behaviours[]): Behaviours {
  return new Map(all.flatMap((behaviours) => [...behaviours]));
}

/** The behaviours that still apply at this place after `times=N` is used up. `seen` counts from 1. */
export function withinTimes(behaviours: Behaviours, seen: number): Behaviours {
  const times = behaviours.get('times');
  if (times === undefined || seen <= Number(times)) return behaviours;
  return new Map(
    [...behaviours].filter(
      ([name]) => !['create', 'check', 'file', 'google'].includes(rowOf.get(name)?.place ?? ''),
    ),
  );
}

/** One line per switch, for `--help`. */
export function describeSwitches(): string {
  const heads = rows.map(
    (row) =>
      row.name +
      (row.value === undefined ? '' : row.usual === undefined ? `=${row.value}` : `[=${row.value}]`),
  );
  const width = Math.max(...heads.map((head) => head.length));
  return rows.map((row, index) => `  ${heads[index]?.padEnd(width)}  ${row.about}`).join('\n');
}

function valueFault(row: SwitchRow, value: string): string | undefined {
  if (row.value === undefined) return value === '' ? undefined : `The switch "${row.name}" takes no value.`;
  const good =
    row.value === 'URL'
      ? URL.canParse(value)
      : row.value === 'CODE'
        ? /^\d{3}(-[a-z]+)?$/.test(value)
        : row.value === 'WORD'
          ? /^\w+$/.test(value)
          : /^\d+$/.test(value);
  return good ? undefined : `The switch "${row.name}" requires =${row.value} (got "${value}").`;
}
