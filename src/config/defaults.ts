import type { Config } from './schema.ts';

/**
 * What holds where neither file, environment nor flags say otherwise: this machine as a vendor,
 * and the market of three clouds on their shipped price lists.
 *
 * The rates are an example for comparing offers, not market data: an operator who compares real
 * money sets `rates` with a date and a source.
 */
export const defaults: Omit<Config, 'url'> = {
  data: './data',
  host: '127.0.0.1',
  port: 8080,
  log: 'info',
  currency: 'EUR',
  rates: {
    base: 'EUR',
    date: '2026-11-20',
    source: 'example table shipped with Parley, not market data',
    rates: { USD: '0.92' },
  },
  limits: { bodyBytes: 1_048_576, requestsPerSecond: 5000, burst: 10_000, failedLoginsPerMinute: 60 },
  infrastructure: { instances: 16, autostart: 4 },
  vendors: [
    { id: 'local', plugin: 'local', config: {} },
    { id: 'azure', plugin: 'catalog', config: { preset: 'azure' } },
    { id: 'aws', plugin: 'catalog', config: { preset: 'aws' } },
    { id: 'gcp', plugin: 'catalog', config: { preset: 'gcp' } },
  ],
  stopSeconds: 20,
};
