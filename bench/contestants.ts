import { fileURLToPath } from 'node:url';

/** A measured server. */
export interface Entry {
  readonly name: string;
  readonly file: string;
  /** Protocol of its subscriptions; `raw`: a JSON line of our own, with the same frames in return. */
  readonly protocol: 'graphql-transport-ws' | 'raw';
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Reelay. */
export const reelay: Entry = {
  name: 'Reelay',
  file: at('./reelay.ts'),
  protocol: 'graphql-transport-ws',
};
/** The lower bound: the same bytes by `ws` only. */
export const rawWs: Entry = { name: 'raw ws', file: at('./peers/raw-ws.ts'), protocol: 'raw' };
/** The peers, set up as in their documentation. */
export const peers: readonly Entry[] = [
  { name: 'Mercurius (jit)', file: at('./peers/mercurius.ts'), protocol: 'graphql-transport-ws' },
  {
    name: 'Apollo Server 5 + graphql-ws',
    file: at('./peers/apollo.ts'),
    protocol: 'graphql-transport-ws',
  },
  { name: 'Yoga + graphql-ws', file: at('./peers/yoga.ts'), protocol: 'graphql-transport-ws' },
];

/** The credential of the clients; only Reelay checks it. */
export const apiKey = 'a-key-for-benchmarks';
