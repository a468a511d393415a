import type { EntityRecord } from '../../occi/entity.ts';
import type { TransitionNote } from '../../occi/store.ts';
import { fromColumns } from './columns.ts';
import type { Arrival, EntityRow, IdRange, Logged, NoteRow } from './protocol.ts';
import { entityRow, noteRow } from './rows.ts';
import type { Database, Row } from './sqlite.ts';

/** The numbers that the events of a batch were given, as far as its creates tell of one. */
type Sequences = readonly (number | null)[];

interface Batch {
  readonly sequences: Sequences;
  readonly data: string;
  /** Null: nothing is known of the order of its ids. */
  readonly rising: IdRange | null;
  /** Read when somebody asks. */
  ids?: ReadonlySet<string>;
}

/** Puts one entity where it is found. */
export type Sort = (row: EntityRow, at: number, note: NoteRow | null, sequence: number | null) => void;

/**
 * Where many new entities arrive at once. A call becomes one row, which is what makes it durable,
 * and cheap: whoever waits for it is answered before each entity is written with its indexes. That
 * follows in a moment, when whoever waited has gone on. Whoever reads in between waits
 * (reader.ts), and every later call that could meet them finds them settled. After a crash they are what the log says.
 */
export interface EntityLog {
  /** Is there anything that readers cannot see yet? */
  readonly waiting: boolean;
  holds(id: string): boolean;
  /** Is every id in it known to be less than this one? */
  isBefore(id: string): boolean;
  add(arrival: Arrival, sequences: Sequences): void;
  /** How many calls, or pieces of one, wait. */
  readonly length: number;
  /** Forgets those after the first so many: their rows were rolled back. */
  cut(length: number): void;
  /** Sorts everything in, and empties the log. */
  settle(): void;
  /** Reads the log anew, at the start and after a rollback. */
  recover(): void;
}

export function entityLog(database: Database, sort: Sort): EntityLog {
  const insert = database.prepare('INSERT INTO entity_log (events, data) VALUES (?, ?)');
  const clear = database.prepare('DELETE FROM entity_log');
  const all = database.prepare('SELECT events, data FROM entity_log ORDER BY place');
  let batches: Batch[] = [];

  return {
    get waiting() {
      return batches.length > 0;
    },
    get length() {
      return batches.length;
    },
    cut(length) {
      batches.length = length;
    },
    isBefore: (id) => batches.every(({ rising }) => rising !== null && rising[1] < id),
    holds: (id) => batches.some((batch) => hasId(batch, id)),
    add({ rising, logged }, sequences) {
      insert.run(JSON.stringify(sequences), logged);
      batches.push({ sequences, data: logged, rising });
    },
    settle() {
      if (batches.length === 0) return;
      for (const batch of batches) {
        const { records, notes } = loggedOf(batch.data);
        records.forEach((record, at) => {
          sort(entityRow(record), record.updated, notes[at] ?? null, batch.sequences[at] ?? null);
        });
      }
      clear.run();
      batches = [];
    },
    recover() {
      batches = all.all().map(batchOf);
    },
  };
}

function batchOf(row: Row): Batch {
  return { sequences: JSON.parse(row['events'] as string) as Sequences, data: row['data'] as string, rising: null };
}

function hasId(batch: Batch, id: string): boolean {
  if (batch.rising !== null && (id < batch.rising[0] || id > batch.rising[1])) return false;
  batch.ids ??= new Set(loggedOf(batch.data).records.map((record) => record.id));
  return batch.ids.has(id);
}

/** What a text of the log holds. */
export function loggedOf(data: string): {
  readonly records: readonly EntityRecord[];
  readonly notes: readonly (NoteRow | null)[];
} {
  const { count, records, notes } = JSON.parse(data) as Logged;
  return {
    records: fromColumns(records, count) as unknown as readonly EntityRecord[],
    notes: (fromColumns(notes, count) as unknown as readonly (TransitionNote | null)[]).map((note) =>
      noteRow(note ?? undefined),
    ),
  };
}
