import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Output } from './output.ts';

/** How each platform opens an address, without a shell: nothing in the address can be taken for a command. */
const openers: Partial<Record<NodeJS.Platform, readonly [file: string, ...args: string[]]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** An opener that runs on after this time is a browser itself, in milliseconds. */
const settledMs = 3000;

/** Opens a video in the system's browser. Prints its URL for people where there is no browser. */
export async function openInBrowser(url: string, output: Output): Promise<void> {
  const isOpened = /^https?:$/.test(URL.parse(url)?.protocol ?? '') && (await runOpener(url));
  if (!isOpened) output.note(`No browser could be opened. The video is at ${url}`);
}

async function runOpener(url: string): Promise<boolean> {
  const [file, ...args] = openers[process.platform] ?? ['xdg-open'];
  const opener = spawn(file, [...args, url], { stdio: 'ignore', detached: true });
  opener.unref();
  const closed = new Promise<boolean>((resolve) => {
    opener.once('error', () => resolve(false));
    opener.once('exit', (code) => resolve(code === 0));
  });
  const settled = new AbortController();
  const running = sleep(settledMs, true, { signal: settled.signal }).catch(() => true);
  try {
    return await Promise.race([closed, running]);
  } finally {
    settled.abort();
  }
}
