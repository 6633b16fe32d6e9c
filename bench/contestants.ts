import { fileURLToPath } from 'node:url';

/** A server that is measured. */
export interface Entry {
  readonly name: string;
  readonly file: string;
  /** How its subscriptions are asked for; `raw`: a JSON line of our own, answered with the same frames. */
  readonly protocol: 'graphql-transport-ws' | 'raw';
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Ours. */
export const reelay: Entry = {
  name: 'Reelay',
  file: at('./reelay.ts'),
  protocol: 'graphql-transport-ws',
};
/** The floor: the same bytes by `ws` alone. */
export const rawWs: Entry = { name: 'raw ws', file: at('./peers/raw-ws.ts'), protocol: 'raw' };
/** The others, as their documentation sets them up. */
export const peers: readonly Entry[] = [
  { name: 'Mercurius (jit)', file: at('./peers/mercurius.ts'), protocol: 'graphql-transport-ws' },
  {
    name: 'Apollo Server 5 + graphql-ws',
    file: at('./peers/apollo.ts'),
    protocol: 'graphql-transport-ws',
  },
  { name: 'Yoga + graphql-ws', file: at('./peers/yoga.ts'), protocol: 'graphql-transport-ws' },
];

/** What the clients present; only ours asks for it. */
export const apiKey = 'a-key-for-benchmarks';
