import { decodeChunk, encodeChunk, type Samples } from './chunk.ts';
import type { Database, Row } from './sqlite.ts';

/** Samples in a full chunk: a month at ten seconds is 260 rows. */
const FULL = 1024;

export interface ChunkRow extends Samples {
  readonly place: number;
  readonly first: number;
  readonly last: number;
}

/** The chunks of the series: disjoint in time, each but the newest about full. */
export interface Chunks {
  /** The newest time of a series; undefined when it has no chunk. */
  newest(series: number): number | undefined;
  /** The chunk whose span holds the time. */
  around(series: number, time: number): ChunkRow | undefined;
  /** Adds samples that are not there yet, in time order. */
  add(series: number, times: readonly number[], values: readonly number[]): void;
  /** Takes away samples before a time, giving each piece to `leaving`; answers how many, at most about `most`. */
  takeBefore(series: number, before: number, most: number, leaving: (samples: Samples) => void): number;
}

export function chunks(database: Database): Chunks {
  const newestOf = database.prepare('SELECT last FROM chunk WHERE series = ? ORDER BY first DESC LIMIT 1');
  const below = database.prepare(
    'SELECT place, first, last, count, data FROM chunk WHERE series = ? AND first <= ? ORDER BY first DESC LIMIT 1',
  );
  const above = database.prepare(
    'SELECT place, first, last, data FROM chunk WHERE series = ? AND first > ? ORDER BY first LIMIT 1',
  );
  const firstAbove = database.prepare('SELECT first FROM chunk WHERE series = ? AND first > ? ORDER BY first LIMIT 1');
  const insert = database.prepare('INSERT INTO chunk (series, first, last, count, data) VALUES (?, ?, ?, ?, ?)');
  const update = database.prepare('UPDATE chunk SET first = ?, last = ?, count = ?, data = ? WHERE place = ?');
  const remove = database.prepare('DELETE FROM chunk WHERE place = ?');

  /** Writes samples over a row, or as new rows, in pieces of a chunk's size. */
  function put(series: number, place: number | undefined, times: ArrayLike<number>, values: ArrayLike<number>): void {
    for (let from = 0; from < times.length; from += FULL) {
      const until = Math.min(from + FULL, times.length);
      const first = times[from] ?? 0;
      const last = times[until - 1] ?? 0;
      const data = encodeChunk(times, values, from, until);
      if (from === 0 && place !== undefined) update.run(first, last, until, data, place);
      else insert.run(series, first, last, until - from, data);
    }
  }

  function newest(series: number): number | undefined {
    const row = newestOf.get(series);
    return row === undefined ? undefined : Number(row['last']);
  }

  function addNewer(series: number, times: readonly number[], values: readonly number[]): void {
    const row = below.get(series, Number.MAX_SAFE_INTEGER);
    if (row === undefined || Number(row['count']) >= FULL) {
      put(series, undefined, times, values);
      return;
    }
    const chunk = chunkRow(row);
    put(series, chunk.place, joined(chunk.times, times), joined(chunk.values, values));
  }

  /** Adds to the chunk under the first of the samples; answers how many of them belonged there. */
  function addOlder(series: number, times: readonly number[], values: readonly number[]): number {
    const time = times[0] ?? 0;
    const row = below.get(series, time) ?? above.get(series, time);
    if (row === undefined) return times.length;
    const target = chunkRow(row);
    const limit = Number(firstAbove.get(series, target.first)?.['first'] ?? Number.POSITIVE_INFINITY);
    let count = 0;
    while (count < times.length && (times[count] ?? limit) < limit) count++;
    const merged = merge(target, times, values, count);
    put(series, target.place, merged.times, merged.values);
    return count;
  }

  return {
    newest,
    around(series, time) {
      const row = below.get(series, time);
      return row === undefined || Number(row['last']) < time ? undefined : chunkRow(row);
    },
    add(series, times, values) {
      const settled = newest(series) ?? Number.NEGATIVE_INFINITY;
      let older = 0;
      while (older < times.length && (times[older] ?? 0) <= settled) older++;
      if (older < times.length) addNewer(series, times.slice(older), values.slice(older));
      for (let done = 0; done < older;) {
        done += addOlder(series, times.slice(done, older), values.slice(done, older));
      }
    },
    takeBefore(series, before, most, leaving) {
      let taken = 0;
      for (;;) {
        const row = above.get(series, Number.MIN_SAFE_INTEGER);
        if (row === undefined || Number(row['first']) >= before || taken >= most) return taken;
        const chunk = chunkRow(row);
        const count = lowerBound(chunk.times, before);
        leaving({ times: chunk.times.subarray(0, count), values: chunk.values.subarray(0, count) });
        taken += count;
        if (count === chunk.times.length) remove.run(chunk.place);
        else put(series, chunk.place, chunk.times.subarray(count), chunk.values.subarray(count));
      }
    },
  };
}

function joined(first: Float64Array, second: readonly number[]): Float64Array {
  const all = new Float64Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}

/** The first index whose time is not before `time`. */
export function lowerBound(times: ArrayLike<number>, time: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function chunkRow(row: Row): ChunkRow {
  return {
    place: Number(row['place']),
    first: Number(row['first']),
    last: Number(row['last']),
    ...decodeChunk(row['data'] as Uint8Array),
  };
}

function merge(
  chunk: Samples,
  times: readonly number[],
  values: readonly number[],
  count: number,
): { times: number[]; values: number[] } {
  const merged: { times: number[]; values: number[] } = { times: [], values: [] };
  let i = 0;
  let j = 0;
  while (i < chunk.times.length || j < count) {
    const old = chunk.times[i] ?? Number.POSITIVE_INFINITY;
    const next = j < count ? (times[j] ?? 0) : Number.POSITIVE_INFINITY;
    if (old < next) {
      merged.times.push(old);
      merged.values.push(chunk.values[i++] ?? Number.NaN);
    } else {
      merged.times.push(next);
      merged.values.push(values[j++] ?? Number.NaN);
    }
  }
  return merged;
}
