import { allOwnersContract } from './contract/all-owners.ts';
import { changesContract } from './contract/changes.ts';
import { dueWorkContract } from './contract/due-work.ts';
import { moneyContract } from './contract/money.ts';
import { fairnessContract } from './contract/fairness.ts';
import { storeTests, type TestDatabase } from './contract/fixture.ts';
import { mediaContract } from './contract/media.ts';
import { pagesContract } from './contract/pages.ts';
import { spendingContract } from './contract/spending.ts';
import { providerFactsContract } from './contract/provider-facts.ts';
import { restartsContract } from './contract/restarts.ts';
import { rowsContract } from './contract/rows.ts';
import { searchContract } from './contract/search.ts';
import { taskCountsContract } from './contract/task-counts.ts';
import { uploadsContract } from './contract/uploads.ts';

export type { TestDatabase } from './contract/fixture.ts';

/** What every store does, whatever its database. */
export function storeContract(name: string, createDatabase: () => Promise<TestDatabase>): void {
  const tests = storeTests(createDatabase);
  rowsContract(name, tests);
  changesContract(name, tests);
  dueWorkContract(name, tests);
  moneyContract(name, tests);
  fairnessContract(name, tests);
  pagesContract(name, tests);
  allOwnersContract(name, tests);
  spendingContract(name, tests);
  searchContract(name, tests);
  taskCountsContract(name, tests);
  uploadsContract(name, tests);
  mediaContract(name, tests);
  providerFactsContract(name, tests);
  restartsContract(name, tests);
}
