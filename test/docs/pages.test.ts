import { readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { describe, expect, it } from 'vitest';
import { exitCodeMeanings } from '../../client/cli/failure.ts';
import * as operations from '../../client/cli/operations.ts';
import { createProgram } from '../../client/cli/program.ts';
import { buildSchema } from '../../src/schema/schema.ts';
import { isTerminal, stages, statusOf } from '../../src/domain/video-task.ts';
import { transitions } from '../../src/domain/state-machine/state-machine.ts';

const page = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

/** Rows of the tables of a page, cell by cell. */
const rowsOf = (text: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim())
        .slice(1, -1),
    );

describe('the page of concepts', () => {
  it("draws the state machine's own table", async () => {
    const moves = stages.flatMap((from) => {
      const eventsByEnd = Map.groupBy(Object.entries(transitions[from]), ([, { to }]) => to);
      return [...eventsByEnd]
        .filter(([to]) => to !== from)
        .map(([to, events]) => `${from} --> ${to}: ${events.map(([event]) => event).join(', ')}`);
    });
    const ends = stages.filter(isTerminal).map((stage) => `${stage} --> [*]`);
    const [, drawn = ''] = /```mermaid\nstateDiagram-v2\n([\s\S]*?)```/.exec(await page('concepts.md')) ?? [];
    expect(
      drawn
        .trim()
        .split('\n')
        .map((line) => line.trim()),
    ).toEqual(['[*] --> WAITING: generateVideo', '[*] --> GENERATING: trackVideoTask', ...moves, ...ends]);
  });

  it('lists the status of each stage', async () => {
    const rows = rowsOf(await page('concepts.md'));
    const listed = stages.map((stage) => rows.find(([first]) => first === `\`${stage}\``)?.[1]);
    expect(listed).toEqual(stages.map((stage) => `\`${statusOf(stage)}\``));
  });

  it('has only valid operations', async () => {
    const blocks = [...(await page('concepts.md')).matchAll(/```graphql\n([\s\S]*?)```/g)];
    expect(blocks).toHaveLength(1);
    for (const [, text = ''] of blocks) expect(validate(buildSchema(), parse(text))).toEqual([]);
  });
});

describe('the page of the command line', () => {
  it('lists each exit code as --help does', async () => {
    const rows = rowsOf(await page('cli.md')).filter(([code]) => /^`\d+`$/.test(code ?? ''));
    expect(rows).toEqual(Object.entries(exitCodeMeanings).map(([code, meaning]) => [`\`${code}\``, meaning]));
  });

  it('names each command', async () => {
    const rows = rowsOf(await page('cli.md'));
    const names = createProgram(() => Promise.resolve()).commands.map((command) => command.name());
    const listed = rows.map(([cell]) => /^`([a-z]+)[ `]/.exec(cell ?? '')?.[1]);
    expect(names.filter((name) => !listed.includes(name))).toEqual([]);
  });

  it('is of a program whose operations are valid', () => {
    const { commands, ...others } = operations;
    const queries = [...Object.values(commands), ...Object.values(others)].map(({ query }) => query);
    expect(queries.length).toBeGreaterThan(10);
    const schema = buildSchema();
    expect(queries.flatMap((query) => validate(schema, parse(query)))).toEqual([]);
  });
});
