import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { createMonitoring } from '../../src/monitoring/monitoring.ts';
import { BROKER_VANTAGE, LIVE, types } from '../../src/monitoring/names.ts';
import type { EntityRecord } from '../../src/occi/entity.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { idSource, principalId, tenantId, typeId, vendorId } from '../../src/shared/ids.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { noMetrics } from '../../src/shared/metrics.ts';
import { systemRandom } from '../../src/shared/random.ts';
import { openEmbeddedStore } from '../../src/store/embedded/index.ts';
import type { Vendors } from '../../src/vendor-host/port.ts';
import type { BenchRow } from './types.ts';

const COLLECTORS = 1_000;
const PERIOD_MS = 1_000;
const SECONDS = 10;
/** What else the process does meanwhile: so long at a stretch, so often. */
const BUSY_MS = 40;
const BUSY_EVERY_MS = 250;

/**
 * A thousand collectors of one second, half of them tcp and half http, against a server of this
 * machine, every sample stored durably, while other work holds the event loop for 40 ms four times
 * a second. Beside them run as many plain intervals, which is what they are compared with.
 */
export async function run(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-timing-'));
  const store = await openEmbeddedStore({
    folder,
    log: silentLogger,
    clock: systemClock,
    onFailure(why) {
      throw why;
    },
  });
  const server = new Worker(new URL('./timing-server.js', import.meta.url));
  const [port] = (await once(server, 'message')) as [number];
  const vendors: Vendors = {
    list: () => [],
    get: (id) => ({ id, profile: { internal: true } }) as unknown as ReturnType<Vendors['get']>,
  };
  const monitoring = createMonitoring({
    store: store.entities,
    samples: store.samples,
    vendors,
    clock: systemClock,
    log: silentLogger,
    metrics: noMetrics,
  });
  await store.entities.write(records(port).map((record) => ({ op: 'create', record })));

  const plain = plainIntervals();
  await monitoring.start();
  const load = setInterval(() => {
    const until = performance.now() + BUSY_MS;
    while (performance.now() < until);
  }, BUSY_EVERY_MS);
  await systemClock.sleep(SECONDS * 1000);
  clearInterval(load);
  const figures = monitoring.figures();
  const naive = plain.stop();
  await monitoring.stop();
  const untried = figures.untried.late + figures.untried.running + figures.untried.crowded;
  const stored = await countSamples(store.samples, await collectorIds(store.entities));
  await store.close();
  await server.terminate();
  await rm(folder, { recursive: true, force: true });

  const row = (name: string, value: number, unit: string, baseline: number): BenchRow => ({
    name,
    value,
    unit,
    baseline,
    ratio: value / baseline,
  });
  return [
    row(
      'timing: worst stray of a start, 1,000 collectors at 1 s (limit 0.2)',
      figures.worstStray,
      'of period',
      naive.worstStray,
    ),
    row('timing: starts not tried', untried / (figures.tried + untried), 'share', naive.missed),
    row('timing: samples stored by them', stored / SECONDS, '1/s', (COLLECTORS * 1.5 * 1000) / PERIOD_MS),
  ];
}

function records(port: number): EntityRecord[] {
  const newId = idSource(systemClock, systemRandom);
  const now = systemClock.now();
  const common = {
    tenant: tenantId('bench'),
    owner: principalId('bench'),
    rev: 1,
    internal: {},
    hidden: false,
    created: now,
    updated: now,
    vendor: vendorId('local'),
  };
  const compute = typeId('http://schemas.ogf.org/occi/infrastructure#compute');
  const target: EntityRecord = {
    ...common,
    id: newId(),
    kind: compute,
    mixins: [],
    attributes: { 'org.parley.endpoint.host': '127.0.0.1', 'org.parley.endpoint.port': port },
  };
  const sensor: EntityRecord = {
    ...common,
    id: newId(),
    kind: types.sensor,
    mixins: [types.archiver],
    attributes: { 'occi.sensor.period': PERIOD_MS / 1000 },
    state: LIVE,
  };
  const collectors = Array.from({ length: COLLECTORS }, (_, index): EntityRecord => ({
    ...common,
    id: newId(),
    kind: types.collector,
    mixins: [types.meter, index % 2 === 0 ? types.tcp : types.http],
    attributes: { 'occi.collector.period': PERIOD_MS / 1000, 'org.parley.collector.vantage': BROKER_VANTAGE },
    source: { location: `/sensor/${sensor.id}`, kind: types.sensor },
    target: { location: `/compute/${target.id}`, kind: compute },
    parent: sensor.id,
    state: LIVE,
  }));
  return [target, sensor, ...collectors];
}

/** As many intervals as the language has them, spread alike: how far they stray from their plan, and what they leave out. */
function plainIntervals(): { stop(): { worstStray: number; missed: number } } {
  let worst = 0;
  let fired = 0;
  const timers: NodeJS.Timeout[] = [];
  const began = performance.now();
  for (let index = 0; index < COLLECTORS; index += 1) {
    const offset = (index * PERIOD_MS) / COLLECTORS;
    timers.push(
      setTimeout(() => {
        let count = 0;
        const first = performance.now();
        timers[index] = setInterval(() => {
          count += 1;
          fired += 1;
          worst = Math.max(worst, performance.now() - first - count * PERIOD_MS);
        }, PERIOD_MS);
      }, offset),
    );
  }
  return {
    stop() {
      for (const timer of timers) clearTimeout(timer);
      const planned = (Math.floor((performance.now() - began) / PERIOD_MS) - 1) * COLLECTORS;
      return { worstStray: worst / PERIOD_MS, missed: Math.max(1 - fired / planned, 1e-4) };
    },
  };
}

type Opened = Awaited<ReturnType<typeof openEmbeddedStore>>;

async function collectorIds(entities: Opened['entities']): Promise<EntityRecord['id'][]> {
  const { items } = await entities.list({ kinds: [types.collector], limit: COLLECTORS });
  return items.map(({ id }) => id);
}

async function countSamples(samples: Opened['samples'], ids: readonly EntityRecord['id'][]): Promise<number> {
  let count = 0;
  for (const id of ids)
    for (const series of await samples.seriesOf(id))
      count += (await samples.read(series.id, 0, Number.MAX_SAFE_INTEGER)).times.length;
  return count;
}
