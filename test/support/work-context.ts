import { pino } from 'pino';
import { Metrics } from '../../src/metrics/metrics.ts';
import { HealthMonitor } from '../../src/worker/provider-health/health-monitor.ts';
import type { WorkContext } from '../../src/worker/work-context.ts';

/** The parts of a worker's context that a test brings. */
type TestParts = Pick<WorkContext, 'store' | 'recorder' | 'provider' | 'files' | 'now'>;

/** A worker's context without chance, callbacks, downloads or log. */
export function quietWorkContext(parts: TestParts): WorkContext {
  const { store, provider, now } = parts;
  const log = pino({ level: 'silent' });
  const random = () => 0;
  const key = { suspect: () => undefined, isRefused: false, health: null };
  return {
    ...parts,
    log,
    metrics: new Metrics(log),
    imageSources: {
      whyUnreachable: () => Promise.resolve(null),
      fetch: () => Promise.reject(new Error('There is nothing to fetch')),
    },
    posters: { store: () => Promise.resolve(null) },
    archive: { fetch: () => Promise.reject(new Error('There is nothing to fetch')) },
    patienceMs: 3_600_000,
    callbackUrl: () => null,
    callbacksArrive: () => false,
    health: new HealthMonitor({ store, provider, key, log, now, random }),
    key,
    random,
  };
}
