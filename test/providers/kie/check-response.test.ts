import { describe, expect, it } from 'vitest';
import { readRecord } from '../../../src/providers/kie/check/check-response.ts';
import { answerOf, records, taskId } from './records.ts';

describe('the normaliser', () => {
  it.each(records)(
    'reads $name ($source) as $verdict.kind',
    ({ body, status, contract = 'jobs', verdict }) => {
      expect(readRecord(answerOf(body, status), taskId, contract)).toMatchObject(verdict);
    },
  );

  it('has one name for each shape', () => {
    expect(new Set(records.map(({ name }) => name)).size).toBe(records.length);
  });

  it('looks for a link in time that grows with the text, whatever the text repeats', () => {
    const text = 'http://'.repeat(140_000);
    const json = { status: 'completed', note: text };
    expect(readRecord(answerOf(json), taskId, 'task')).toMatchObject({ kind: 'unknown' });
  });
});
