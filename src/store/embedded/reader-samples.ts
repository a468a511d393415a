import { decodeChunk, type Samples } from './chunk.ts';
import { lowerBound } from './chunks.ts';
import type { ReaderCalls } from './protocol.ts';
import { rollUp, STEP_MS } from '../../archive/rollup.ts';
import { flatten, merge, packOf, unpackRollups, type Buckets } from './rollup.ts';
import type { Database } from './sqlite.ts';

type SampleReads = Pick<ReaderCalls, 'seriesOf' | 'read' | 'extent' | 'rollups'>;

/** Reads what is settled: the caller has the writer settle a series first. */
export function sampleReads(database: Database): SampleReads {
  const seriesOf = database.prepare(
    'SELECT id, tenant, collector, channel, vantage FROM series WHERE collector = ? ORDER BY id',
  );
  // Chunks are disjoint, so the one that begins last before `from` is the only early one that may reach into the range.
  const overlapping = database.prepare(
    `SELECT count, data FROM chunk
     WHERE series = ?1 AND first < ?3 AND last >= ?2
       AND first >= coalesce((SELECT max(first) FROM chunk WHERE series = ?1 AND first <= ?2), ?2)
     ORDER BY first`,
  );
  const ends = database.prepare(
    `SELECT (SELECT first FROM chunk WHERE series = ?1 ORDER BY first LIMIT 1) AS first,
            (SELECT last FROM chunk WHERE series = ?1 ORDER BY first DESC LIMIT 1) AS last`,
  );
  const packs = database.prepare(
    'SELECT data FROM rollup WHERE series = ? AND step = ? AND pack BETWEEN ? AND ? ORDER BY pack',
  );

  function piecesIn(series: number, from: number, until: number): Samples[] {
    return overlapping.all(series, from, until).map((row) => {
      const chunk = decodeChunk(row['data'] as Uint8Array);
      const begin = lowerBound(chunk.times, from);
      const end = lowerBound(chunk.times, until);
      return { times: chunk.times.subarray(begin, end), values: chunk.values.subarray(begin, end) };
    });
  }

  return {
    seriesOf: (collector) =>
      seriesOf.all(collector).map((row) => ({
        id: row['id'] as number,
        tenant: row['tenant'] as string,
        collector: row['collector'] as string,
        channel: row['channel'] as string,
        vantage: row['vantage'] as string,
      })) as ReturnType<SampleReads['seriesOf']>,

    read(series, from, until) {
      const pieces = piecesIn(series, from, until);
      const count = pieces.reduce((sum, piece) => sum + piece.times.length, 0);
      const times = new Float64Array(count);
      const values = new Float64Array(count);
      let at = 0;
      for (const piece of pieces) {
        times.set(piece.times, at);
        values.set(piece.values, at);
        at += piece.times.length;
      }
      return { times, values };
    },

    extent(series) {
      const row = ends.get(series);
      const first = row?.['first'] ?? null;
      return first === null ? null : { first: Number(first), last: Number(row?.['last']) };
    },

    rollups(series, from, until, step) {
      const stepMs = STEP_MS[step];
      const begin = Math.floor(from / stepMs) * stepMs;
      const end = Math.ceil(until / stepMs) * stepMs;
      const buckets: Buckets = new Map();
      // From one state of the data (reader.ts): a deletion moves samples into rollups, and must be seen whole.
      for (const row of packs.all(series, stepMs, packOf(begin, step), packOf(end, step))) {
        const kept = unpackRollups(row['data'] as Uint8Array);
        merge(
          buckets,
          kept.filter((rollup) => rollup.from >= begin && rollup.from < end),
        );
      }
      for (const piece of piecesIn(series, begin, end)) merge(buckets, rollUp(piece, step));
      return flatten(buckets.values());
    },
  };
}
