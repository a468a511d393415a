import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/shared/clock.ts';
import { silentLogger } from '../../src/shared/logger.ts';
import { openEmbeddedStore, type EmbeddedStore } from '../../src/store/embedded/index.ts';
import { openDatabase, type Database } from '../../src/store/embedded/sqlite.ts';
import type { BenchRow } from './types.ts';

/** Runs with an embedded store in a new folder, and cleans up. */
export async function withStore<T>(work: (store: EmbeddedStore) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-'));
  const store = await openEmbeddedStore({
    folder,
    log: silentLogger,
    clock: systemClock,
    onFailure(why) {
      throw why;
    },
  });
  try {
    return await work(store);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Runs with a plain database of the same library and the same durability. */
export async function withDatabase<T>(work: (database: Database) => T): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'parley-bench-raw-'));
  const database = await openDatabase(join(folder, 'raw.db'));
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 33554432');
  try {
    return work(database);
  } finally {
    database.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Calls `work` from so many callers at once, each going on when its last call has resolved; answers calls a second. */
export async function rateOf(
  calls: number,
  callers: number,
  work: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < calls) await work(next++);
    }),
  );
  return (calls / (performance.now() - begun)) * 1000;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

export function row(name: string, unit: string, value: number, baseline: number): BenchRow {
  return { name, unit, value, baseline, ratio: value / baseline };
}
