// The full lengths of what the suite tries in short, and what it cannot try: `npm run torture`. Ends with 1 when a promise
// does not hold. `npm run torture -- --help` names its options.
import { parseArgs } from 'node:util';
import { clusterTrials } from './torture/cluster-trials.ts';
import { diskTrials } from './torture/disk-trials.ts';
import { googleTrials } from './torture/google-trials.ts';
import { mediaFuzz } from './support/media-fuzz.ts';
import { fuzzTrial } from './torture/fuzz-trial.ts';
import { mediaTrials } from './torture/media-trials.ts';
import { providerTrials } from './torture/provider-trials.ts';
import { uploadTrials } from './torture/upload-trials.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
    seconds: { type: 'string', default: '60' },
    case: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) {
  process.stdout.write(`npm run torture -- [KILLS] [--only WORDS] [--seed N] [--seconds N] [--case N]
  KILLS      rounds of kill -9 (200)
  --only     trials whose names have these words in them
  --seed     of the fuzz run; printed, so that a run can be repeated
  --seconds  how long the fuzz run takes (60)
  --case     the one case of the seed to repeat
`);
  process.exit(0);
}

const trials = [
  ...providerTrials(Number(positionals[0] ?? 200)),
  ...diskTrials,
  ...uploadTrials,
  ...mediaTrials,
  ...googleTrials(Number(positionals[0] ?? 200)),
  ...clusterTrials,
  {
    name: '50,000 videos and images with numbers changed at random',
    run: () => mediaFuzz(50_000, Number(values.seed)),
    must: { slow: 0, thrown: 0 },
  },
  fuzzTrial({
    seed: Number(values.seed),
    seconds: Number(values.seconds),
    only: values.case === undefined ? null : Number(values.case),
  }),
].filter(({ name }) => name.includes(values.only));

for (const { name, run, must } of trials) {
  const begin = performance.now();
  const figures = await run().catch((error: unknown) => ({ ended: 0, error: String(error) }));
  const took = `${Math.round((performance.now() - begin) / 1000)} s`;
  if (typeof figures === 'string') {
    process.stdout.write(`skipped  ${name}: ${figures}\n`);
    continue;
  }
  const seen: Readonly<Record<string, unknown>> = figures;
  const broken = Object.entries(must).filter(([figure, value]) => seen[figure] !== value);
  if (broken.length > 0) process.exitCode = 1;
  const verdict = broken.length === 0 ? 'holds ' : 'BROKEN';
  const names = broken.map(([figure, value]) => `${figure} must be ${value}`).join(', ');
  process.stdout.write(`${verdict}  ${name}, ${took}  ${JSON.stringify(figures)}${names && `  ${names}`}\n`);
}
