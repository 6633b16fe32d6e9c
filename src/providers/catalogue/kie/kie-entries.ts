import type { CatalogueEntry } from '../entry.ts';
import { geminiOmni } from './gemini-omni.ts';
import { grok } from './grok.ts';
import { happyhorse } from './happyhorse.ts';
import { kling } from './kling.ts';
import { minimax } from './minimax.ts';
import { pixverse } from './pixverse.ts';
import { runway } from './runway.ts';
import { seedance } from './seedance.ts';
import { veo } from './veo.ts';
import { wan } from './wan.ts';

/** Every model of Kie's that is described. The first is the default. */
export const kieEntries: readonly CatalogueEntry[] = [
  ...veo,
  ...geminiOmni,
  ...seedance,
  ...kling,
  ...wan,
  ...happyhorse,
  ...minimax,
  ...grok,
  ...pixverse,
  ...runway,
];
