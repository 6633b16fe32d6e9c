/** What one scrape of `/metrics` says. */
export interface Scrape {
  /** Name to type, as declared. */
  readonly types: ReadonlyMap<string, string>;
  /** Every sample, by its name and labels as they are written: `name{a="b"}`. */
  readonly samples: ReadonlyMap<string, number>;
  /** The value of a sample; 0 where there is none. */
  readonly value: (name: string, labels?: Readonly<Record<string, string>>) => number;
  /** The values that a label has. */
  readonly valuesOf: (name: string, label: string) => string[];
}

/** Scrapes a server. */
export async function scrape(url: string, key?: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`, {
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status}: ${text}`);
  return parseScrape(text);
}

/** Reads the text format of Prometheus 0.0.4 line by line; fails on a line that is none of it. */
export function parseScrape(text: string): Scrape {
  const types = new Map<string, string>();
  const samples = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line === '' || /^# HELP [a-z_]+ \S/.test(line)) continue;
    const [, typed, type] = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line) ?? [];
    if (typed !== undefined && type !== undefined) {
      types.set(typed, type);
      continue;
    }
    const [, sample, value] =
      /^([a-z_]+(?:\{(?:[a-z]+="[^"\\]*",?)+\})?) (-?[\d.e+-]+|\+Inf|NaN)$/.exec(line) ?? [];
    if (sample === undefined || value === undefined) throw new Error(`Not a line of the format: ${line}`);
    if (samples.has(sample)) throw new Error(`Twice: ${line}`);
    samples.set(sample, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value));
  }
  return {
    types,
    samples,
    value: (name, labels = {}) => {
      const pairs = Object.entries(labels).map(([label, of]) => `${label}="${of}"`);
      return samples.get(pairs.length === 0 ? name : `${name}{${pairs.join(',')}}`) ?? 0;
    },
    valuesOf: (name, label) => [
      ...new Set(
        [...samples.keys()].flatMap((sample) =>
          sample.startsWith(`${name}{`) ? (new RegExp(`${label}="([^"]*)"`).exec(sample)?.[1] ?? []) : [],
        ),
      ),
    ],
  };
}
