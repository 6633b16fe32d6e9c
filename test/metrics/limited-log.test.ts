import { expect, it } from 'vitest';
import { LimitedLog } from '../../src/metrics/limited-log.ts';

function recorded() {
  const lines: unknown[] = [];
  let now = 0;
  const log = new LimitedLog({ warn: (fields: unknown) => void lines.push(fields) }, () => now);
  return { lines, log, pass: (ms: number) => (now += ms) };
}

it('writes a message once in ten seconds for each caller, and then says how many were left out', () => {
  const { lines, log, pass } = recorded();
  const warn = (caller: string, message = 'refused') => log.warn(message, caller, () => ({ caller }));
  for (let call = 0; call < 1000; call += 1) warn('a');
  warn('b');
  warn('a', 'over budget');
  pass(9999);
  warn('a');
  pass(1);
  warn('a');
  warn('b');
  expect(lines).toEqual([
    { caller: 'a' },
    { caller: 'b' },
    { caller: 'a' },
    { caller: 'a', leftOut: 1000 },
    { caller: 'b' },
  ]);
});

it('writes it for each subject of a caller, of at most five', () => {
  const { lines, log, pass } = recorded();
  const warn = (task: number) => log.warn('unreadable', 'a', () => ({ task }), `task ${task}`);
  for (const task of [1, 2, 1, 2, 3, 4, 5, 6, 7, 6]) warn(task);
  expect(lines).toEqual([{ task: 1 }, { task: 2 }, { task: 3, leftOut: 2 }, { task: 4 }, { task: 5 }]);
  pass(10_000);
  warn(6);
  expect(lines.at(-1)).toEqual({ task: 6, leftOut: 3 });
});

it('is not flooded by callers who change their address, and loses no count', () => {
  const { lines, log, pass } = recorded();
  const attack = () => {
    for (let call = 0; call < 10_000; call += 1) log.warn('refused', `${lines.length} ${call}`, () => ({}));
  };
  attack();
  expect(lines).toHaveLength(20);
  pass(10_000);
  attack();
  expect(lines).toHaveLength(40);
  expect(lines[20]).toEqual({ othersLeftOut: 9980 });
});

it('cuts what a caller made long', () => {
  const { lines, log } = recorded();
  log.warn('refused', 'a', () => ({ path: `/${'x'.repeat(10_000)}` }));
  expect(JSON.stringify(lines).length).toBeLessThan(400);
});
