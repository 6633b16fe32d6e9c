import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';

/** Another process that has opened the embedded database, or was refused. */
export interface StoreProcess extends AsyncDisposable {
  /** Its next line; undefined after its last. */
  nextLine(): Promise<string | undefined>;
  /** Ends it as a power cut would; returns the lines that were not read, once it is gone. */
  kill(): Promise<string[]>;
}

/**
 * Starts a process that opens `file`, and then only holds it, or inserts tasks without end, or inserts groups of tasks and
 * is killed between the statements of the group after so many others and its commit.
 */
export function storeProcess(
  file: string,
  work: 'hold' | 'insert' | { readonly groups: number },
  env: Record<string, string> = {},
): StoreProcess {
  const script = fileURLToPath(new URL('holding-process.ts', import.meta.url));
  const args = typeof work === 'string' ? [work] : ['group', String(work.groups)];
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, file, ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const gone = once(child, 'close');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => {
    const { done, value } = await lines.next();
    return done === true ? undefined : value;
  };
  const kill = async () => {
    child.kill('SIGKILL');
    const unread: string[] = [];
    for (let line = await nextLine(); line !== undefined; line = await nextLine()) unread.push(line);
    await gone;
    return unread;
  };
  return {
    nextLine,
    kill,
    [Symbol.asyncDispose]: async () => {
      await kill();
    },
  };
}
