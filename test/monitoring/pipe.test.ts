import { expect } from 'chai';
import fc from 'fast-check';
import { createArchiver } from '../../src/archive/archiver.ts';
import { nearestRank } from '../../src/monitoring/aggregate.ts';
import { types } from '../../src/monitoring/names.ts';
import { createPipe } from '../../src/monitoring/pipe.ts';
import type { EntityRecord } from '../../src/occi/entity.ts';
import { principalId, tenantId, type EntityId, type TypeId } from '../../src/shared/ids.ts';
import type { Json } from '../../src/shared/json.ts';
import { silentLogger, type Logger } from '../../src/shared/logger.ts';
import { noMetrics } from '../../src/shared/metrics.ts';
import { memorySamples } from '../support/memory-samples.ts';

const SENSOR = '01980000-0000-7000-8000-00000000000a' as EntityId;
const COLLECTOR = '01980000-0000-7000-8000-00000000000b' as EntityId;

const record = (
  id: EntityId,
  kind: TypeId,
  mixins: readonly TypeId[],
  attributes: Record<string, Json>,
): EntityRecord => ({
  id,
  kind,
  mixins,
  tenant: tenantId('t'),
  owner: principalId('p'),
  rev: 1,
  attributes,
  internal: {},
  hidden: false,
  created: 0,
  updated: 0,
});

function build(
  mixins: readonly TypeId[],
  attributes: Record<string, Json>,
  collecting: Record<string, Json> = {},
  since = 0,
) {
  const store = memorySamples();
  const logged: object[] = [];
  const log: Logger = { ...silentLogger, info: (fields) => logged.push(fields) };
  const archiver = createArchiver({ store, log, metrics: noMetrics });
  const pipe = createPipe(record(SENSOR, types.sensor, mixins, { 'occi.sensor.period': 10, ...attributes }), {
    archiver,
    log,
    since,
  });
  const collector = record(COLLECTOR, types.collector, [types.meter, types.http], collecting);
  const archived = async (id: EntityId): Promise<Record<string, [number, number][]>> => {
    const all: Record<string, [number, number][]> = {};
    for (const series of await store.seriesOf(id)) {
      const { times, values } = await store.read(series.id, -Infinity, Infinity);
      all[series.channel] = [...times].map((at, index) => [at, values[index] ?? 0]);
    }
    return all;
  };
  return {
    archived,
    logged,
    flow: (metric: string, at: number, value: number | null) =>
      pipe.flow({ collector, metric, vantage: 'broker', at, value }),
  };
}

describe('pipe', () => {
  it('archives every raw metric where the archiver names no channel', async () => {
    const { flow, archived } = build([types.archiver], {});
    await flow('http.up', 1000, 1);
    await flow('http.response.time', 1000, null);
    expect(await archived(COLLECTOR)).to.deep.equal({ 'http.up': [[1000, 1]], 'http.response.time': [[1000, NaN]] });
  });

  it('archives nothing without an archiver', async () => {
    const { flow, archived } = build([types.log], {});
    await flow('http.up', 1000, 1);
    expect(await archived(COLLECTOR)).to.deep.equal({});
  });

  it('joins metric, aggregator and publisher by the names of their channels', async () => {
    const { flow, archived, logged } = build(
      [types.mean, types.max, types.archiver, types.log],
      {
        'org.parley.mean.in': 'latency',
        'org.parley.mean.out': 'slow',
        'org.parley.mean.window': 10,
        'org.parley.max.in': 'slow',
        'org.parley.max.out': 'slowest',
        'org.parley.max.window': 20,
        'org.parley.archiver.in': 'slow  slowest',
        'org.parley.log.in': 'slowest',
      },
      { 'org.parley.http.time': 'latency' },
    );
    for (const [at, value] of [
      [0, 1],
      [5000, 3],
      [9999, null],
      [10_000, 10],
      [20_000, 4],
      [30_000, 6],
      [40_000, 1],
    ] as const)
      await flow('http.response.time', at, value);
    expect(await archived(COLLECTOR)).to.deep.equal({});
    expect(await archived(SENSOR)).to.deep.equal({
      slow: [
        [0, 2],
        [10_000, 10],
        [20_000, 4],
        [30_000, 6],
      ],
      slowest: [[0, 10]],
    });
    expect(logged).to.have.length(1);
    expect(logged[0]).to.include({ channel: 'slowest', value: 10, at: 0 });
  });

  it('does not tell a window that began before the pipe, nor wait for what comes too late', async () => {
    const { flow, archived } = build(
      [types.count, types.archiver],
      { 'org.parley.count.in': 'http.up', 'org.parley.archiver.in': 'count' },
      {},
      5000,
    );
    for (const at of [6000, 10_000, 11_000, 9000, 20_000, 12_000, 30_000]) await flow('http.up', at, 1);
    expect(await archived(SENSOR)).to.deep.equal({
      count: [
        [10_000, 2],
        [20_000, 1],
      ],
    });
  });

  it('ends circles of channels', async () => {
    const { flow, archived } = build([types.mean, types.max, types.archiver], {
      'org.parley.mean.in': 'a',
      'org.parley.mean.out': 'a',
      'org.parley.max.in': 'a',
      'org.parley.max.out': 'a',
      'org.parley.archiver.in': 'http.up',
    });
    await flow('http.up', 1000, 1);
    expect(await archived(COLLECTOR)).to.deep.equal({ 'http.up': [[1000, 1]] });
  });

  it('takes percentiles by nearest rank', () => {
    expect(nearestRank([15, 20, 35, 40, 50], 30)).to.equal(20);
    expect(nearestRank([15, 20, 35, 40, 50], 100)).to.equal(50);
    expect(nearestRank([3], 0.1)).to.equal(3);
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { minLength: 1, maxLength: 40 }),
        fc.double({ min: 0.1, max: 100, noNaN: true }),
        (values, p) => {
          const result = nearestRank(values, p) ?? NaN;
          const least = (p / 100) * values.length;
          expect(values.filter((value) => value <= result).length).to.be.at.least(Math.floor(least));
          expect(values.filter((value) => value < result).length).to.be.below(least);
        },
      ),
    );
  });
});
