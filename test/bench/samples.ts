import { createArchiver } from '../../src/archive/archiver.ts';
import type { SampleStore, SeriesKey } from '../../src/archive/store.ts';
import { systemClock } from '../../src/shared/clock.ts';
import { idSource, tenantId } from '../../src/shared/ids.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { noMetrics } from '../../src/shared/metrics.ts';
import { systemRandom } from '../../src/shared/random.ts';
import { median, row, withDatabase, withStore } from './folder.ts';
import type { BenchRow } from './types.ts';

const SERIES = 1000;
const SAMPLES = 1_000_000;
/** Samples a transaction of the baseline: what the archiver puts in a batch. */
const BATCH = 20_000;
const START = Date.UTC(2026, 0, 1);
const PERIOD = 10_000;
const MONTH = 30 * 8640;

/**
 * Samples a second until durable, through the archiver as collectors feed it and through the port,
 * against bare inserts of one row a sample in big transactions; and reading a month of one series.
 */
export async function run(): Promise<BenchRow[]> {
  const bare = await bareRate();
  const rows: BenchRow[] = [];
  for (const [together, what] of [
    [1, 'one at a time'],
    [10, 'ten at a time'],
  ] as const) {
    const rate = await withStore(({ samples }) => archiverRate(samples, together));
    rows.push(row(`samples: through the archiver, ${what} (raw: batched inserts)`, '/s', rate, bare));
  }
  const rate = await withStore(({ samples }) => portRate(samples));
  rows.push(row('samples: at the port, 20 of 1,000 series a batch (raw: batched inserts)', '/s', rate, bare));
  rows.push(
    row('samples: read a month at 10 s (raw: select)', 'ms', await withStore(monthRead), await bareMonthRead()),
  );
  return rows;
}

const newId = idSource(systemClock, systemRandom);

function keys(): SeriesKey[] {
  const tenant = tenantId('acme');
  return Array.from({ length: SERIES }, () => ({
    tenant,
    collector: newId(),
    channel: 'http.response.time',
    vantage: 'here',
  }));
}

/** Response times in milliseconds to the microsecond, with a failed try now and then. */
function valueAt(series: number, index: number): number | null {
  return (index + series) % 500 === 0 ? null : 20 + ((index * 7919 + series * 104_729) % 100_000) / 1000;
}

const timeAt = (series: number, index: number): number => START + index * PERIOD + (series % PERIOD) + (index % 3);

const samplesOf = (series: number, from: number, count: number): { at: number; value: number | null }[] =>
  Array.from({ length: count }, (_, index) => ({
    at: timeAt(series, from + index),
    value: valueAt(series, from + index),
  }));

async function archiverRate(store: SampleStore, together: number): Promise<number> {
  const archiver = createArchiver({ store, log: silentLogger, metrics: noMetrics });
  const series = keys();
  await Promise.all(series.map((key) => archiver.series(key)));
  const rounds = SAMPLES / SERIES / together;
  const begun = performance.now();
  await Promise.all(
    series.map(async (key, which) => {
      for (let round = 0; round < rounds; round++) {
        await archiver.append(key, samplesOf(which, round * together, together));
      }
    }),
  );
  const rate = (SAMPLES / (performance.now() - begun)) * 1000;
  await archiver.close();
  return rate;
}

async function portRate(store: SampleStore): Promise<number> {
  const ids = await Promise.all(keys().map((key) => store.series(key)));
  const together = BATCH / SERIES;
  const begun = performance.now();
  const underWay: Promise<unknown>[] = [];
  for (let index = 0; index < SAMPLES / SERIES; index += together) {
    underWay.push(store.append(ids.map((series, which) => ({ series, samples: samplesOf(which, index, together) }))));
    if (underWay.length >= 3) await underWay.shift();
  }
  await Promise.all(underWay);
  return (SAMPLES / (performance.now() - begun)) * 1000;
}

const TABLE = 'CREATE TABLE raw (series INTEGER, at INTEGER, value REAL, PRIMARY KEY (series, at)) WITHOUT ROWID';

function bareRate(): Promise<number> {
  return withDatabase((database) => {
    database.exec(TABLE);
    const insert = database.prepare('INSERT OR IGNORE INTO raw VALUES (?, ?, ?)');
    const together = BATCH / SERIES;
    const begun = performance.now();
    for (let index = 0; index < SAMPLES / SERIES; index += together) {
      database.exec('BEGIN');
      for (let series = 0; series < SERIES; series++) {
        for (const { at, value } of samplesOf(series, index, together)) insert.run(series, at, value);
      }
      database.exec('COMMIT');
    }
    return (SAMPLES / (performance.now() - begun)) * 1000;
  });
}

async function monthRead({ samples }: { samples: SampleStore }): Promise<number> {
  const [key] = keys();
  if (key === undefined) return Number.NaN;
  const series = await samples.series(key);
  await samples.append([{ series, samples: samplesOf(0, 0, MONTH) }]);
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    const begun = performance.now();
    const block = await samples.read(series, START, START + MONTH * PERIOD * 2);
    times.push(performance.now() - begun);
    if (block.times.length !== MONTH) throw new Error('the month is not whole');
  }
  return median(times);
}

function bareMonthRead(): Promise<number> {
  return withDatabase((database) => {
    database.exec(TABLE);
    const insert = database.prepare('INSERT INTO raw VALUES (?, ?, ?)');
    database.exec('BEGIN');
    for (const { at, value } of samplesOf(0, 0, MONTH)) insert.run(0, at, value);
    database.exec('COMMIT');
    const select = database.prepare('SELECT at, value FROM raw WHERE series = ? AND at >= ? AND at < ? ORDER BY at');
    const times: number[] = [];
    for (let round = 0; round < 9; round++) {
      const begun = performance.now();
      if (select.all(0, START, START + MONTH * PERIOD * 2).length !== MONTH) throw new Error('the month is not whole');
      times.push(performance.now() - begun);
    }
    return median(times);
  });
}
