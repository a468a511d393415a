import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose } from '../../src/compose.ts';
import { loadConfig } from '../../src/config/load.ts';
import { jsonLogger } from '../../src/shared/logger.ts';
import { testPlugins } from '../support/test-vendors.ts';

/** The service as a process of its own with three instant vendors, for load from outside. */
const config = await loadConfig({});
const service = await compose(
  {
    ...config,
    data: await mkdtemp(join(tmpdir(), 'parley-bench-')),
    port: 0,
    url: 'http://127.0.0.1:0',
    log: 'error',
    limits: { ...config.limits, requestsPerSecond: 1e9, burst: 1e9 },
    vendors: ['one', 'two', 'three'].map((id) => ({ id, plugin: 'instant', config: {} })),
  },
  { log: jsonLogger('error'), env: {}, bootstrapToken: process.env['PARLEY_BOOTSTRAP_TOKEN'], plugins: testPlugins },
);
console.log(JSON.stringify({ msg: 'ready', url: service.url }));
process.on('SIGTERM', () => void service.stop().then(() => process.exit(0)));
