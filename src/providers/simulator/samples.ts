import { readFile } from 'node:fs/promises';

type Kind = 'mp4' | 'jpg';

// `Auto` without an image has nothing to follow, so it is the default.
const names = { '16:9': '16x9', '9:16': '9x16', '1:1': '1x1', Auto: '16x9' } as const;
type Aspect = keyof typeof names;

/** The bytes of each sample file (how they were made: samples/README.md). */
export type Samples = (aspect: Aspect, kind: Kind) => Uint8Array;

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
