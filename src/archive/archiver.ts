import type { Logger } from '../shared/logger.ts';
import type { Metrics } from '../shared/metrics.ts';
import { Unavailable } from '../shared/errors.ts';
import type { AppendResult, Sample, SampleStore, SeriesId, SeriesKey } from './store.ts';

export interface ArchiverDeps {
  readonly store: SampleStore;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Samples in one batch at most. Default 20,000. */
  readonly batch?: number;
  /** Samples that may wait before `append` itself waits. Default 200,000. */
  readonly pending?: number;
}

export interface Archiver {
  /**
   * Resolves when the samples are durable, with how many were new, the same again, or in conflict.
   * Waits first while too much is pending. Throws `Unavailable` once closed, and what the store throws.
   */
  append(key: SeriesKey, samples: readonly Sample[]): Promise<AppendResult>;
  /** The id of a series, made at first use and then remembered. */
  series(key: SeriesKey): Promise<SeriesId>;
  /** Samples accepted and not yet durable. */
  pending(): number;
  /** Takes nothing more; resolves when all that was accepted is durable or has failed. */
  close(): Promise<void>;
}

interface Entry {
  readonly key: SeriesKey;
  readonly samples: readonly Sample[];
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: unknown) => void;
}

/** What comes in one turn of the event loop, or while a batch is being written, is written together. */
export function createArchiver(deps: ArchiverDeps): Archiver {
  const { store, log, metrics } = deps;
  const batchSize = deps.batch ?? 20_000;
  const bound = deps.pending ?? 200_000;
  const ids = new Map<string, Promise<SeriesId>>();
  const queue: Entry[] = [];
  const room: (() => void)[] = [];
  let pending = 0;
  let writing: Promise<void> | undefined;
  let closed = false;

  function series(key: SeriesKey): Promise<SeriesId> {
    const name = `${key.collector}\n${key.channel}\n${key.vantage}\n${key.tenant}`;
    let id = ids.get(name);
    if (id === undefined) {
      id = store.series(key);
      ids.set(name, id);
      id.catch(() => ids.delete(name));
    }
    return id;
  }

  function takeBatch(): Entry[] {
    let size = 0;
    let count = 0;
    while (count < queue.length && (count === 0 || size < batchSize)) {
      size += queue[count]?.samples.length ?? 0;
      count += 1;
    }
    return queue.splice(0, count);
  }

  async function write(entries: readonly Entry[]): Promise<void> {
    try {
      const batch = await Promise.all(
        entries.map(async (entry) => ({ series: await series(entry.key), samples: entry.samples })),
      );
      const results = await store.append(batch);
      let stored = 0;
      let duplicate = 0;
      let conflict = 0;
      for (const [index, entry] of entries.entries()) {
        const result = results[index] ?? { stored: 0, duplicate: 0, conflict: 0 };
        stored += result.stored;
        duplicate += result.duplicate;
        conflict += result.conflict;
        entry.resolve(result);
      }
      const help = 'Samples that reached the archive';
      if (stored > 0) metrics.count('parley_samples_total', help, { outcome: 'stored' }, stored);
      if (duplicate > 0) metrics.count('parley_samples_total', help, { outcome: 'duplicate' }, duplicate);
      if (conflict > 0) metrics.count('parley_samples_total', help, { outcome: 'conflict' }, conflict);
    } catch (error) {
      log.error({ err: error, entries: entries.length }, 'samples not stored');
      for (const entry of entries) entry.reject(error);
    } finally {
      for (const entry of entries) pending -= entry.samples.length;
      for (const proceed of room.splice(0)) proceed();
    }
  }

  async function drain(): Promise<void> {
    // The rest of the turn still joins the first batch.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) await write(takeBatch());
    writing = undefined;
  }

  return {
    series,
    pending: () => pending,
    async append(key, samples) {
      if (samples.length === 0) return { stored: 0, duplicate: 0, conflict: 0 };
      while (pending >= bound && !closed) await new Promise<void>((resolve) => room.push(resolve));
      if (closed) throw new Unavailable('stopping', 'The service is stopping');
      pending += samples.length;
      return new Promise<AppendResult>((resolve, reject) => {
        queue.push({ key, samples, resolve, reject });
        writing ??= drain();
      });
    },
    async close() {
      closed = true;
      for (const proceed of room.splice(0)) proceed();
      await writing;
    },
  };
}
