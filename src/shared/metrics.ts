import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

type Labels = Readonly<Record<string, string>>;

/** The service's own figures, in Prometheus' model. Names begin with `parley_`. */
export interface Metrics {
  /** Adds to a counter, made at first use. */
  count(name: string, help: string, labels?: Labels, by?: number): void;
  /** Sets a gauge. */
  set(name: string, help: string, value: number, labels?: Labels): void;
  /** Observes seconds in a histogram. */
  observe(name: string, help: string, seconds: number, labels?: Labels): void;
  /** Prometheus' text exposition. */
  expose(): Promise<{ type: string; body: string }>;
}

const BUCKETS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** One registry an application, never the global one. */
export function prometheusMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, prefix: 'parley_' });
  const counters = new Map<string, Counter>();
  const gauges = new Map<string, Gauge>();
  const histograms = new Map<string, Histogram>();
  const made = <M>(store: Map<string, M>, name: string, make: () => M): M => {
    let metric = store.get(name);
    if (metric === undefined) {
      metric = make();
      store.set(name, metric);
    }
    return metric;
  };
  return {
    count(name, help, labels = {}, by = 1) {
      made(
        counters,
        name,
        () => new Counter({ name, help, labelNames: Object.keys(labels), registers: [registry] }),
      ).inc(labels, by);
    },
    set(name, help, value, labels = {}) {
      made(gauges, name, () => new Gauge({ name, help, labelNames: Object.keys(labels), registers: [registry] })).set(
        labels,
        value,
      );
    },
    observe(name, help, seconds, labels = {}) {
      made(
        histograms,
        name,
        () => new Histogram({ name, help, labelNames: Object.keys(labels), buckets: BUCKETS, registers: [registry] }),
      ).observe(labels, seconds);
    },
    expose: async () => ({ type: registry.contentType, body: await registry.metrics() }),
  };
}

export const noMetrics: Metrics = {
  count: () => undefined,
  set: () => undefined,
  observe: () => undefined,
  expose: () => Promise.resolve({ type: 'text/plain', body: '' }),
};
