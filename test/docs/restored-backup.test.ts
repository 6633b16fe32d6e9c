import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { startKieApp } from '../support/kie-app.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('a restored backup sends nothing again after the statement of the operating page', async () => {
  await using folder = await temporaryFolder();
  const [original, copy] = [join(folder.path, 'original'), join(folder.path, 'copy')];
  const prompts = ['one', 'two', 'three'];
  const ids: string[] = [];
  {
    // One create in ten seconds: two wait when the copy is made.
    await using app = await startKieApp({ DATA_DIR: original, KIE_CREATES_PER_10S: '1' });
    for (const prompt of prompts) ids.push((await app.as().make(prompt)).id);
    await app.as().untilStage(ids[0] ?? '', 'COMPLETED');
  }
  await cp(original, copy, { recursive: true });
  const page = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8');
  const [, statement = ''] = /```sql\n\s*(.*)\n/.exec(page) ?? [];
  {
    using database = new DatabaseSync(join(copy, 'reelay.db'));
    expect(database.prepare("select count(*) as waiting from tasks where stage = 'WAITING'").get()).toEqual({
      waiting: 2,
    });
    database.exec(statement);
  }
  await using app = await startKieApp({ DATA_DIR: copy });
  const caller = app.as();
  for (const id of ids.slice(1)) {
    expect(await caller.untilStage(id, 'SUBMISSION_UNKNOWN')).toMatchObject({
      providerTaskId: null,
      hint: expect.any(String) as string,
    });
  }
  // What is new is sent, so the queue has been worked on by now.
  const { id } = await caller.make('four');
  await caller.untilStage(id, 'COMPLETED');
  expect(app.simulator.stats.createsAccepted).toBe(1);
  const { task } = await caller.resolve(ids[1] ?? '', { resubmit: true });
  await caller.untilStage(task?.id ?? '', 'COMPLETED');
  expect(app.simulator.stats.createsAccepted).toBe(2);
});
