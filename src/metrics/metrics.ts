import type { Logger } from 'pino';
import { Counter, Registry } from 'prom-client';
import { Count } from './count.ts';
import { Durations, longBounds, shortBounds, type DurationsOptions } from './durations.ts';
import { declareProcessMetrics } from './process-metrics.ts';
import { Reading, type ReadingOptions } from './reading.ts';

/** The label of a model that no catalogue lists: callers may name any, and each label value costs memory for good. */
const otherModel = 'other';

/**
 * The metrics of one server, each declared here once. What happens is recorded where it happens; what is, is read at
 * each scrape (`readFrom`). Values of labels are bounded: none comes from a caller.
 */
export class Metrics {
  readonly #registry = new Registry();
  readonly #log: Pick<Logger, 'error'>;
  #listedModels: ReadonlySet<string> = new Set();
  #scrape: Promise<string> | null = null;

  readonly tasks = this.#reading({
    name: 'reelay_tasks',
    help: 'Tasks that are kept, without deleted ones.',
    labelNames: ['provider', 'status'],
  });
  readonly transitions = this.#counter(
    'reelay_task_transitions_total',
    'Steps of tasks, by the stage that begins.',
    ['provider', 'stage'],
  );
  readonly spend = this.#counter(
    'reelay_spend_usd_total',
    'Cost of tasks that ended, estimated where the provider reported none.',
    ['provider', 'model'],
  );
  readonly submits = this.#durations({
    name: 'reelay_submit_seconds',
    help: 'Duration of a paid attempt.',
    labelNames: ['provider', 'outcome'],
  });
  readonly checks = this.#durations({
    name: 'reelay_check_seconds',
    help: 'Duration of a status request of the worker.',
    labelNames: ['provider', 'outcome'],
  });
  readonly detectLag = this.#durations({
    name: 'reelay_detect_lag_seconds',
    help: 'Time from when the provider finished a video to when its task ended here, by the clocks of both.',
    labelNames: ['provider'],
    bounds: longBounds,
  });
  readonly storeOperations = this.#durations({
    name: 'reelay_store_seconds',
    help: 'Duration of an operation of the database; of a write, its commit included.',
    labelNames: ['operation'],
    bounds: shortBounds,
  });
  readonly dueLateness = this.#durations({
    name: 'reelay_due_lateness_seconds',
    help: 'How long after its due time work was begun.',
    bounds: longBounds,
  });
  readonly leasesLost = this.#count(
    'reelay_leases_lost_total',
    'Leases that ran out or passed to another worker while the work went on.',
  );
  readonly archives = this.#durations({
    name: 'reelay_archive_seconds',
    help: 'Duration of copying a finished video to our side.',
    labelNames: ['outcome'],
    bounds: longBounds,
  });
  readonly archiveBytes = this.#count('reelay_archive_bytes_total', 'Size of the videos that were copied.');
  readonly eventsDelivered = this.#count(
    'reelay_events_delivered_total',
    'States of tasks that were handed to connections of subscribers.',
  );
  readonly eventsCoalesced = this.#count(
    'reelay_events_coalesced_total',
    'States that a subscriber was not sent, since a newer one of the task came before it could read.',
  );
  readonly commitToClient = this.#durations({
    name: 'reelay_commit_to_client_seconds',
    help: 'Time from when this process learned of a commit to when a subscriber that keeps up was written to.',
    bounds: shortBounds,
  });
  readonly queueOldest = this.#reading({
    name: 'reelay_queue_oldest_seconds',
    help: 'For how long the oldest task that is not sent yet has waited; 0 where none waits.',
    labelNames: ['provider'],
  });
  readonly providerHealth = this.#reading({
    name: 'reelay_provider_health',
    help: 'Availability in the last minutes: 0 down, 1 degraded, 2 up; absent before the first request.',
    labelNames: ['provider'],
  });
  readonly createBudgetLeft = this.#reading({
    name: 'reelay_create_budget_left',
    help: 'Tasks that may be sent now within the rate of the account; +Inf without a limit.',
    labelNames: ['provider'],
  });
  readonly providerCredits = this.#reading({
    name: 'reelay_provider_credits',
    help: "Balance of the account in the provider's unit, at most a minute old; absent where it is not known.",
    labelNames: ['provider'],
  });
  readonly sockets = this.#reading({ name: 'reelay_sockets', help: 'Open WebSockets.' });
  readonly subscriptions = this.#reading({
    name: 'reelay_subscriptions',
    help: 'Open subscriptions.',
    labelNames: ['transport'],
  });
  readonly connectionsCut = this.#counter(
    'reelay_connections_cut_total',
    'Connections that were ended because of the limits of what waits in memory.',
    ['transport', 'reason'],
  );
  readonly mediaFiles = this.#reading({
    name: 'reelay_media_files',
    help: 'Files that tasks and uploads name.',
    labelNames: ['store', 'kind'],
  });
  readonly mediaBytes = this.#reading({
    name: 'reelay_media_bytes',
    help: 'Size of the files that tasks and uploads name.',
    labelNames: ['store', 'kind'],
  });
  readonly httpRequests = this.#durations({
    name: 'reelay_http_request_seconds',
    help: 'Time from the headers of a request to the end of its response, without event streams.',
    labelNames: ['route', 'status'],
  });
  readonly eventLoopDelay = this.#reading({
    name: 'reelay_event_loop_delay_seconds',
    help: 'How late the event loop was since the scrape before, by quantile; 1 is the longest delay.',
    labelNames: ['quantile'],
  });
  readonly buildInfo = this.#reading({
    name: 'reelay_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node', 'database'],
  });

  /** @param log takes what could not be read at a scrape */
  constructor(log: Pick<Logger, 'error'>) {
    this.#log = log;
    declareProcessMetrics(this.#registry, (options, read) => this.#reading(options).readFrom(read));
  }

  /** The type of what `render` returns. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics in the text format of Prometheus. Scrapes at the same time share one reading. */
  render(): Promise<string> {
    this.#scrape ??= this.#registry.metrics().finally(() => {
      this.#scrape = null;
    });
    return this.#scrape;
  }

  /** Sets the models that have a label of their own. */
  listModels(ids: Iterable<string>): void {
    this.#listedModels = new Set(ids);
  }

  /** The label of a model. */
  modelLabel(id: string): string {
    return this.#listedModels.has(id) ? id : otherModel;
  }

  #reading(options: ReadingOptions): Reading {
    return new Reading(this.#registry, options, (error) =>
      this.#log.error({ err: error, metric: options.name }, 'a metric could not be read'),
    );
  }

  #count(name: string, help: string): Count {
    return new Count(this.#registry, name, help);
  }

  #counter<Label extends string>(name: string, help: string, labelNames: readonly Label[]): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.#registry] });
  }

  #durations<Label extends string = never>(options: DurationsOptions<Label>): Durations<Label> {
    return new Durations(this.#registry, options);
  }
}
