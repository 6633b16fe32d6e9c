import type { Metrics } from '../../metrics/metrics.ts';
import { keyComparison } from '../auth/authentication.ts';
import type { Exchange } from '../http/route.ts';

/** `/metrics`: the metrics of this process in the text format of Prometheus. */
export class MetricsRoute {
  readonly #metrics: Metrics;
  /** True for the key of METRICS_KEY, which opens no other route. */
  readonly isKey: (credential: string | null) => boolean;

  /** @param key null: there is none, and only callers of the API are answered */
  constructor(metrics: Metrics, key: string | null) {
    this.#metrics = metrics;
    this.isKey = keyComparison(key);
  }

  async respond({ response }: Exchange): Promise<void> {
    const text = await this.#metrics.render();
    response
      .writeHead(200, {
        'content-type': this.#metrics.contentType,
        'content-length': Buffer.byteLength(text),
        'cache-control': 'no-store',
      })
      .end(text);
  }
}
