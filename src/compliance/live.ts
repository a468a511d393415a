import type { SampleBlock, SampleStore, SeriesId } from '../archive/store.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { Instant } from '../shared/clock.ts';
import type { EntityId } from '../shared/ids.ts';
import type { Level } from '../terms/level.ts';
import { instancesOf } from './evaluate.ts';
import { gridBetween, sliceLength } from './slices.ts';
import type { MeasurementIndex } from './port.ts';
import type { NamedSeries } from './samples-csv.ts';
import type { Grid } from './types.ts';
import { emptyMeasured, measureInstance, type Measured } from './vantages.ts';

/**
 * What was measured in the slices of one report so far, kept in memory so that an evaluation reads
 * new samples only. Built again from the archive whenever it is lost.
 */
export interface LiveReport {
  /** Samples before are not looked at. A UTC midnight, so that it falls on slices of every length. */
  readonly since: Instant;
  readonly levels: Map<string, Map<string, Measured>>;
  /** Slices that end later have not been read yet. */
  through: Instant;
  /** When everything was last read. */
  reread: Instant;
  /** Records that the evaluation wrote or found, by id. */
  violations: Map<EntityId, EntityRecord> | undefined;
  credits: Map<EntityId, EntityRecord> | undefined;
}

export function liveReport(since: Instant): LiveReport {
  return {
    since,
    levels: new Map(),
    through: since,
    reread: Number.NEGATIVE_INFINITY,
    violations: undefined,
    credits: undefined,
  };
}

export interface Reader {
  readonly samples: SampleStore;
  readonly measurements: MeasurementIndex;
}

/** Reads what has come since `from` for every level, and answers the grid of each. */
export async function measureLevels(
  live: LiveReport,
  levels: readonly Level[],
  sla: EntityRecord,
  instances: readonly string[],
  from: Instant,
  now: Instant,
  reader: Reader,
): Promise<readonly Grid[]> {
  const grids = await Promise.all(
    levels.map(async (level) => {
      const grid = gridBetween(live.since, now, sliceLength(level));
      const first = Math.min(grid.count, Math.max(0, Math.floor((from - grid.from) / grid.slice)));
      const part: Grid = { from: grid.from + first * grid.slice, slice: grid.slice, count: grid.count - first };
      const blocks = await readBlocks(level, sla, part.from, part.from + part.count * part.slice, reader);
      const measured = known(live.levels, level.id, () => new Map<string, Measured>());
      for (const instance of instancesOf(level, instances)) {
        const fresh = emptyMeasured(part.count);
        const vantages = level.indicator.from.map((vantage) => blocks.get(`${instance}\n${vantage}`));
        measureInstance(vantages, part, level.indicator, [], fresh);
        measured.set(instance, extended(measured.get(instance), fresh, first, grid.count));
      }
      return grid;
    }),
  );
  live.through = now;
  return grids;
}

function known<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}

function extended(before: Measured | undefined, fresh: Measured, first: number, count: number): Measured {
  const measured = before ?? emptyMeasured(count);
  let { labels } = measured;
  if (labels.length < count) {
    labels = new Uint8Array(Math.max(count, Math.min(labels.length * 2, labels.length + 100_000)));
    labels.set(measured.labels);
  }
  labels.set(fresh.labels, first);
  for (const slice of measured.worst.keys()) if (slice >= first) measured.worst.delete(slice);
  for (const [slice, value] of fresh.worst) measured.worst.set(first + slice, value);
  return { labels, worst: measured.worst };
}

async function readBlocks(
  level: Level,
  sla: EntityRecord,
  from: Instant,
  until: Instant,
  reader: Reader,
): Promise<Map<string, SampleBlock>> {
  const blocks = new Map<string, SampleBlock>();
  if (until <= from) return blocks;
  const series = await reader.measurements.seriesFor(sla, level);
  const read = await Promise.all(series.map((each) => reader.samples.read(each.series, from, until)));
  series.forEach(({ instance, vantage }, i) => {
    const key = `${instance}\n${vantage}`;
    const block = read[i];
    const other = blocks.get(key);
    if (block !== undefined) blocks.set(key, other === undefined ? block : merged(other, block));
  });
  return blocks;
}

/** Two series of one place in time order; where both have a value for one time, the first stays. */
export function merged(a: SampleBlock, b: SampleBlock): SampleBlock {
  const times = new Float64Array(a.times.length + b.times.length);
  const values = new Float64Array(times.length);
  let i = 0;
  let j = 0;
  let count = 0;
  while (i < a.times.length || j < b.times.length) {
    const left = a.times[i] ?? Number.POSITIVE_INFINITY;
    const right = b.times[j] ?? Number.POSITIVE_INFINITY;
    times[count] = Math.min(left, right);
    values[count++] = (left <= right ? a.values[i] : b.values[j]) ?? Number.NaN;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return { times: times.slice(0, count), values: values.slice(0, count) };
}

/** Every series that the levels look at with its samples, for the hash and the charts. */
export async function readSeries(
  levels: readonly Level[],
  sla: EntityRecord,
  from: Instant,
  until: Instant,
  reader: Reader,
): Promise<readonly NamedSeries[]> {
  const found = new Map<string, NamedSeries>();
  const seen = new Set<SeriesId>();
  for (const level of levels)
    for (const { instance, vantage, series } of await reader.measurements.seriesFor(sla, level)) {
      if (seen.has(series)) continue;
      seen.add(series);
      const { metric } = level.indicator;
      const key = `${instance}\n${metric}\n${vantage}`;
      const block = await reader.samples.read(series, from, until);
      const other = found.get(key);
      found.set(key, { instance, metric, vantage, block: other === undefined ? block : merged(other.block, block) });
    }
  return [...found.values()];
}
