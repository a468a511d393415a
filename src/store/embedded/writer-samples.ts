import { chunks } from './chunks.ts';
import type { WriterCalls } from './protocol.ts';
import { merge, packOf, packRollups, STEPS, unpackRollups, type Buckets } from './rollup.ts';
import { rollUp, STEP_MS } from '../../archive/rollup.ts';
import type { Database } from './sqlite.ts';
import { tails } from './tails.ts';

/** Samples that one step of a deletion takes at most, so that other writes get their turn. */
const DELETED_A_STEP = 200_000;

type SampleCalls = Pick<WriterCalls, 'series' | 'append' | 'settle' | 'deleteSamples'> & {
  beforeCommit(): void;
  /** After a rollback: what is in memory follows the file again. */
  forget(): void;
  /** Moves everything out of the log. */
  settleAll(): void;
};

/** Series, samples and the rollups of those that were deleted. Runs inside the writer's transaction. */
export function sampleCalls(database: Database): SampleCalls {
  const addSeries = database.prepare(
    'INSERT INTO series (collector, channel, vantage, tenant) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const findSeries = database.prepare(
    'SELECT id FROM series WHERE collector = ? AND channel = ? AND vantage = ? AND tenant = ?',
  );
  const seriesAfter = database.prepare('SELECT id FROM series WHERE id > ? ORDER BY id LIMIT 1');
  const findPack = database.prepare('SELECT data FROM rollup WHERE series = ? AND step = ? AND pack = ?');
  const putPack = database.prepare(
    `INSERT INTO rollup (series, step, pack, data) VALUES (?, ?, ?, ?)
     ON CONFLICT (series, step, pack) DO UPDATE SET data = excluded.data`,
  );
  const stored = chunks(database);
  const arriving = tails(database, stored);
  // What the log still holds after a crash goes where the reader sees it.
  arriving.recover();
  database.exec('BEGIN IMMEDIATE');
  arriving.settleAll();
  database.exec('COMMIT');

  function keepRollups(series: number, step: (typeof STEPS)[number], buckets: Buckets): void {
    const packs = new Map<number, Buckets>();
    for (const bucket of buckets.values()) {
      const pack = packOf(bucket.from, step);
      const there = packs.get(pack) ?? (new Map() as Buckets);
      packs.set(pack, there.set(bucket.from, bucket));
    }
    for (const [pack, fresh] of packs) {
      const row = findPack.get(series, STEP_MS[step], pack);
      if (row !== undefined) merge(fresh, unpackRollups(row['data'] as Uint8Array));
      putPack.run(series, STEP_MS[step], pack, packRollups(fresh.values()));
    }
  }

  function deleteOf(series: number, before: number, most: number): number {
    const leaving = STEPS.map((step) => ({ step, buckets: new Map() as Buckets }));
    const deleted = stored.takeBefore(series, before, most, (samples) => {
      for (const { step, buckets } of leaving) merge(buckets, rollUp(samples, step));
    });
    for (const { step, buckets } of leaving) keepRollups(series, step, buckets);
    return deleted;
  }

  return {
    series({ collector, channel, vantage, tenant }) {
      const there = findSeries.get(collector, channel, vantage, tenant);
      if (there !== undefined) return Number(there['id']);
      return Number(addSeries.run(collector, channel, vantage, tenant).lastInsertRowid);
    },
    append: (words) => arriving.append(words) ?? null,
    settle(series) {
      arriving.settle(series);
      return null;
    },
    deleteSamples(before, after) {
      // The log must not bring back after a crash what is deleted here.
      arriving.settleAll();
      let deleted = 0;
      for (let series = after; ;) {
        const row = seriesAfter.get(series);
        if (row === undefined) return { deleted, next: null };
        const most = DELETED_A_STEP - deleted;
        const gone = deleteOf(Number(row['id']), before, most);
        deleted += gone;
        if (gone >= most) return { deleted, next: series };
        series = Number(row['id']);
      }
    },
    beforeCommit: arriving.beforeCommit,
    forget: arriving.recover,
    settleAll: arriving.settleAll,
  };
}
