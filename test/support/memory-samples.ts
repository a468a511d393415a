import type { AppendResult, SampleStore, Series, SeriesId } from '../../src/archive/store.ts';
import { rollUp } from '../../src/archive/rollup.ts';

export interface MemorySamples extends SampleStore {
  /** Each call of `append`, by its number of entries. */
  readonly batches: number[];
  /** Makes the next appends fail. */
  fail: Error | undefined;
}

/** A sample store that forgets everything when the test ends. */
export function memorySamples(): MemorySamples {
  const known = new Map<string, Series>();
  const rows = new Map<SeriesId, Map<number, number | null>>();
  const block = (series: SeriesId, from: number, until: number): { times: Float64Array; values: Float64Array } => {
    const entries = [...(rows.get(series) ?? [])].filter(([at]) => at >= from && at < until).sort(([a], [b]) => a - b);
    return {
      times: Float64Array.from(entries, ([at]) => at),
      values: Float64Array.from(entries, ([, value]) => value ?? NaN),
    };
  };
  return {
    batches: [],
    fail: undefined,
    series(key) {
      const name = JSON.stringify([key.tenant, key.collector, key.channel, key.vantage]);
      let series = known.get(name);
      if (series === undefined) {
        series = { ...key, id: (known.size + 1) as SeriesId };
        known.set(name, series);
        rows.set(series.id, new Map());
      }
      return Promise.resolve(series.id);
    },
    seriesOf: (collector) => Promise.resolve([...known.values()].filter((series) => series.collector === collector)),
    async append(batch) {
      await Promise.resolve();
      if (this.fail !== undefined) throw this.fail;
      this.batches.push(batch.length);
      return batch.map(({ series, samples }): AppendResult => {
        const row = rows.get(series);
        if (row === undefined) throw new Error('no such series');
        const result = { stored: 0, duplicate: 0, conflict: 0 };
        for (const { at, value } of samples) {
          if (!row.has(at)) {
            row.set(at, value);
            result.stored += 1;
          } else if (row.get(at) === value) result.duplicate += 1;
          else result.conflict += 1;
        }
        return result;
      });
    },
    read: (series, from, until) => Promise.resolve(block(series, from, until)),
    extent(series) {
      const { times } = block(series, -Infinity, Infinity);
      const first = times[0];
      const last = times.at(-1);
      return Promise.resolve(first === undefined || last === undefined ? undefined : { first, last });
    },
    rollups: (series, from, until, step) => Promise.resolve(rollUp(block(series, from, until), step)),
    deleteBefore(before) {
      let deleted = 0;
      for (const row of rows.values())
        for (const at of [...row.keys()])
          if (at < before) {
            row.delete(at);
            deleted += 1;
          }
      return Promise.resolve(deleted);
    },
  };
}
