import type { AppendResult } from '../../archive/store.ts';
import { lowerBound, type ChunkRow, type Chunks } from './chunks.ts';
import type { Database } from './sqlite.ts';
import { bytesToWords, eachSeries, wordsToBytes, type Words } from './words.ts';

/** A series whose tail is this long is settled at once. */
const LONGEST_TAIL = 1024;
/** Samples in the log at which series are settled a few at a time, and at which they must be. */
const LOG_SOFT = 65_536;
const LOG_HARD = 131_072;

interface SeriesState {
  /** Samples up to here may be in chunks; later ones are not. */
  settledUntil: number;
  /** Acknowledged samples that are in the log but in no chunk yet, in time order. */
  readonly times: number[];
  readonly values: number[];
  /** The chunk that was last searched for a duplicate. */
  searched: ChunkRow | undefined;
}

/**
 * Where samples arrive. What one transaction brings becomes one row of the log, whatever the number
 * of series: that is what makes it durable, and cheap. The tail of each series is kept in memory and
 * settled into chunks when it is long, when somebody wants to read it, or when the log must shrink.
 * After a crash the tails are what the log says; a sample that had been settled is known as a
 * duplicate then.
 */
export interface Tails {
  /** Undefined: every sample was new. */
  readonly append: (words: Words) => AppendResult[] | undefined;
  readonly settle: (series: number) => void;
  /** Settles everything and empties the log. */
  readonly settleAll: () => void;
  /** Writes the log row of this transaction. */
  readonly beforeCommit: () => void;
  /** Reads the tails anew from the log, at the start and after a rollback. */
  readonly recover: () => void;
}

export function tails(database: Database, chunks: Chunks): Tails {
  const knownSeries = database.prepare('SELECT id FROM series WHERE id = ?');
  const addLog = database.prepare('INSERT INTO sample_log (place, data) VALUES (?, ?)');
  const trimLog = database.prepare('DELETE FROM sample_log WHERE place < ?');
  const allLog = database.prepare('SELECT place, data FROM sample_log ORDER BY place');

  const states = new Map<number, SeriesState>();
  /** Series with a tail, and the log row where it begins; the earliest first. */
  const begins = new Map<number, number>();
  let log: { place: number; samples: number }[] = [];
  let logged = 0;
  let nextPlace = 1;
  let arrived: Words[] = [];

  function stateOf(series: number): SeriesState {
    let state = states.get(series);
    if (state === undefined) {
      if (knownSeries.get(series) === undefined) throw new UnknownSeries(series);
      state = {
        settledUntil: chunks.newest(series) ?? Number.NEGATIVE_INFINITY,
        times: [],
        values: [],
        searched: undefined,
      };
      states.set(series, state);
    }
    return state;
  }

  function storedBefore(series: number, state: SeriesState, time: number): number | undefined {
    const index = lowerBound(state.times, time);
    if (state.times[index] === time) return state.values[index];
    if (time > state.settledUntil) return undefined;
    if (state.searched === undefined || time < state.searched.first || time > state.searched.last) {
      state.searched = chunks.around(series, time);
    }
    const chunk = state.searched;
    if (chunk === undefined) return undefined;
    const found = lowerBound(chunk.times, time);
    return chunk.times[found] === time ? chunk.values[found] : undefined;
  }

  function ingest(words: Words, place: number, settleLong: boolean): AppendResult[] | undefined {
    const results: AppendResult[] = [];
    let known = 0;
    eachSeries(words, (series, count, timesAt, valuesAt) => {
      const state = stateOf(series);
      let newest = Math.max(state.times.at(-1) ?? Number.NEGATIVE_INFINITY, state.settledUntil);
      let duplicate = 0;
      let conflict = 0;
      for (let i = 0; i < count; i++) {
        const time = words[timesAt + i] ?? 0;
        const value = words[valuesAt + i] ?? Number.NaN;
        if (time > newest) {
          state.times.push(time);
          state.values.push(value);
          newest = time;
        } else {
          const there = storedBefore(series, state, time);
          if (there === undefined) {
            const index = lowerBound(state.times, time);
            state.times.splice(index, 0, time);
            state.values.splice(index, 0, value);
          } else if (Object.is(there, value)) duplicate++;
          else conflict++;
        }
        if (settleLong && state.times.length >= LONGEST_TAIL) settle(series, state);
      }
      if (state.times.length > 0 && !begins.has(series)) begins.set(series, place);
      known += duplicate + conflict;
      results.push({ stored: count - duplicate - conflict, duplicate, conflict });
    });
    return known === 0 ? undefined : results;
  }

  function settle(series: number, state: SeriesState): void {
    if (state.times.length > 0) {
      chunks.add(series, state.times, state.values);
      state.settledUntil = Math.max(state.settledUntil, state.times.at(-1) ?? state.settledUntil);
      state.times.length = 0;
      state.values.length = 0;
    }
    state.searched = undefined;
    begins.delete(series);
  }

  function settleEarliest(most: number): void {
    let left = most;
    for (const [series] of begins) {
      if (left-- <= 0) return;
      settle(series, stateOf(series));
    }
  }

  /** Drops the log's rows that no tail needs any more. */
  function trim(): void {
    const [earliest = nextPlace] = begins.values();
    const kept = log.findIndex((row) => row.place >= earliest);
    const dropped = log.splice(0, kept === -1 ? log.length : kept);
    if (dropped.length === 0) return;
    for (const row of dropped) logged -= row.samples;
    trimLog.run(earliest);
  }

  function keep(words: readonly Words[], place: number): void {
    let samples = 0;
    for (const batch of words) samples += batch.length >> 1;
    log.push({ place, samples });
    logged += samples;
    nextPlace = place + 1;
  }

  return {
    append(words) {
      const results = ingest(words, nextPlace, true);
      arrived.push(words);
      return results;
    },
    settle(series) {
      const state = states.get(series);
      if (state !== undefined) settle(series, state);
    },
    settleAll() {
      settleEarliest(Number.POSITIVE_INFINITY);
      arrived = [];
      trim();
      states.clear();
    },
    beforeCommit() {
      if (arrived.length === 0) return;
      addLog.run(nextPlace, wordsToBytes(arrived));
      keep(arrived, nextPlace);
      arrived = [];
      if (logged > LOG_HARD) settleEarliest(Number.POSITIVE_INFINITY);
      else if (logged > LOG_SOFT) settleEarliest(Math.max(8, begins.size >> 3));
      trim();
    },
    recover() {
      states.clear();
      begins.clear();
      log = [];
      logged = 0;
      nextPlace = 1;
      arrived = [];
      for (const row of allLog.all()) {
        const words = bytesToWords(row['data'] as Uint8Array);
        const place = Number(row['place']);
        ingest(words, place, false);
        keep([words], place);
      }
    },
  };
}

/** An append or read names a series that was never made. */
export class UnknownSeries extends Error {
  readonly code = 'series_unknown';

  constructor(series: number) {
    super(`there is no series ${series}`);
  }
}
