import { readFile } from 'node:fs/promises';
import type { aspects } from './kie/task/task-id.ts';

type Kind = 'mp4' | 'jpg';
type Aspect = (typeof aspects)[number];

/** The bytes of each sample file (how they were made: samples/README.md). */
export type Samples = (aspect: Aspect, kind: Kind) => Uint8Array;

// `Auto` without an image has nothing to follow and gives the default.
const names: Record<Aspect, string> = { '16:9': '16x9', '9:16': '9x16', '1:1': '1x1', Auto: '16x9' };

/** Reads all samples into memory: together they have about 100 KiB. */
export async function loadSamples(): Promise<Samples> {
  const files = new Map<string, Uint8Array>();
  for (const name of new Set(Object.values(names))) {
    for (const kind of ['mp4', 'jpg'] as const) {
      const file = `${name}.${kind}`;
      files.set(file, await readFile(new URL(`samples/${file}`, import.meta.url)));
    }
  }
  return (aspect, kind) => files.get(`${names[aspect]}.${kind}`) ?? new Uint8Array();
}
