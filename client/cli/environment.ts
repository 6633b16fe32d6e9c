import { resolve } from 'node:path';
import { z } from 'zod';

/** Settings from the environment, which is read here only. */
export interface Environment {
  readonly url: string;
  /** Null if unset. Never an argument: those are visible in process lists and in the shell's history. */
  readonly key: string | null;
  /** The user's current folder. `npm run` starts the program in the folder of the package instead. */
  readonly folder: string;
}

/** Compiled, this is the command of a package, whose user has no npm scripts of the repository. */
const isPackage = import.meta.filename.endsWith('.js');
/** How this program is called. */
export const programCommand = isPackage ? 'npx reelay' : 'npm run -s reelay --';
/** How a server is started. */
export const serverCommand = isPackage ? 'npx reelay serve' : 'npm start';

const defaultUrl = 'http://127.0.0.1:8000';

const shape = z.object({
  REELAY_URL: z.string().optional(),
  REELAY_API_KEY: z.string().optional(),
  INIT_CWD: z.string().optional(),
  npm_lifecycle_event: z.string().optional(),
});

/** Reads the settings. An empty variable counts as unset. */
export function readEnvironment(env: NodeJS.ProcessEnv): Environment {
  const { REELAY_URL, REELAY_API_KEY, INIT_CWD, npm_lifecycle_event: script } = shape.parse(env);
  return {
    url: REELAY_URL || defaultUrl,
    key: REELAY_API_KEY || null,
    // Other npm scripts may call this program from any folder.
    folder: resolve((script === 'reelay' && INIT_CWD) || '.'),
  };
}
