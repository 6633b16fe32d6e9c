/** The median: one disturbed round does not move it. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? Number.NaN)
    : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** A value that this share of the values does not exceed; NaN without values. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A row of a table: a name and numbers. */
export type Row = Readonly<Record<string, string | number>>;

/** The result of a scenario. */
export interface Result {
  readonly scenario: string;
  /** The measurement, in one line. */
  readonly what: string;
  readonly rows: readonly Row[];
  /** Further tables, of other columns. */
  readonly more?: readonly (readonly Row[])[];
  /** Every round of every contestant. */
  readonly rounds: unknown;
  readonly targets: readonly Target[];
}

/** A target of the project, and its measured value. */
export interface Target {
  readonly promise: string;
  readonly measured: number;
  readonly holds: boolean;
}

/** A target that the value must not exceed. */
export const atMost = (promise: string, measured: number, limit: number): Target => ({
  promise: `${promise} ≤ ${limit}`,
  measured: rounded(measured),
  holds: measured <= limit,
});

/** A target that the value must reach. */
export const atLeast = (promise: string, measured: number, limit: number): Target => ({
  promise: `${promise} ≥ ${limit}`,
  measured: rounded(measured),
  holds: measured >= limit,
});

/** A number with three significant digits. */
export const rounded = (value: number): number =>
  Number.isFinite(value) ? Number(value.toPrecision(value >= 1000 ? 4 : 3)) : value;

/** A result as Markdown tables, with the targets below them. */
export function asTable({ scenario, what, rows, more = [], targets }: Result): string {
  return [
    `### ${scenario}`,
    '',
    what,
    '',
    ...[rows, ...more].flatMap((table) => [...linesOf(table), '']),
    ...targets.map(
      ({ promise, measured, holds }) => `- ${promise}: ${measured} ${holds ? '(holds)' : '(MISSED)'}`,
    ),
    ...(targets.length > 0 ? [''] : []),
  ].join('\n');
}

/** The lines of one table. */
function linesOf(rows: readonly Row[]): string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cells = [columns, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))];
  const widths = columns.map((_, index) => Math.max(3, ...cells.map((line) => (line[index] ?? '').length)));
  const lines = cells.map(
    (line) => `| ${line.map((cell, index) => cell.padEnd(widths[index] ?? 0)).join(' | ')} |`,
  );
  lines.splice(1, 0, `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`);
  return lines;
}
