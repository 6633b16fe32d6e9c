import { resolve } from 'node:path';
import { z } from 'zod';

/** What the environment says: read here and nowhere else. */
export interface Environment {
  readonly url: string;
  /** Never an argument: arguments stand in everybody's process list and in the shell's history. */
  readonly key: string | null;
  /** The folder in which the person stands. `npm run` starts us in the package's folder instead. */
  readonly folder: string;
}

const defaultUrl = 'http://127.0.0.1:8000';

const shape = z.object({
  REELAY_URL: z.string().optional(),
  REELAY_API_KEY: z.string().optional(),
  INIT_CWD: z.string().optional(),
  npm_lifecycle_event: z.string().optional(),
});

/** Reads it; unset and empty are alike. */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const { REELAY_URL, REELAY_API_KEY, INIT_CWD, npm_lifecycle_event: script } = shape.parse(env);
  return {
    url: REELAY_URL || defaultUrl,
    key: REELAY_API_KEY || null,
    // Other scripts of npm may call us too, and stand where they like.
    folder: resolve((script === 'reelay' && INIT_CWD) || '.'),
  };
}
