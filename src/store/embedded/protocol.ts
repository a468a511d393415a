import type { AppendResult, SeriesKey } from '../../archive/store.ts';
import type { EntityQuery } from '../../occi/store.ts';
import type { Columns } from './columns.ts';
import type { Migration } from './schema.ts';

/**
 * What the main thread and the two workers say to each other. Calls of one turn travel as one
 * message; entities travel as JSON text beside their columns, so nothing deep is cloned.
 */

export type EntityRow = readonly [
  id: string,
  kind: string,
  tenant: string,
  owner: string,
  rev: number,
  state: string | null,
  parent: string | null,
  vendor: string | null,
  source: string | null,
  target: string | null,
  hidden: number,
  dueAt: number | null,
  dueAction: string | null,
  mixins: string,
  json: string,
];

export type NoteRow = readonly [
  from: string | null,
  to: string | null,
  actor: string,
  code: string | null,
  detail: string | null,
  subject: string,
  type: string | null,
];

export type WriteRow =
  | readonly ['create', row: EntityRow, at: number, note: NoteRow | null]
  | readonly ['update', row: EntityRow, at: number, note: NoteRow | null, rev: number, state: string | null]
  | readonly ['remove', id: string, at: number, note: NoteRow | null, rev: number | null];

/**
 * Many new entities, and the other writes of the same call. What there is of each create goes side
 * by side: a thread takes over few long things much faster than many short ones.
 */
export interface Arrival {
  readonly count: number;
  /** Where each create stood in the call; null: there is nothing else in it. */
  readonly places: readonly number[] | null;
  /** Their ids rise from the first of these to the second; null: they do not. */
  readonly rising: IdRange | null;
  /** Of each its tenant, and whether it tells of an event. */
  readonly tenants: Columns;
  readonly events: Columns;
  /** JSON text of `Logged`. */
  readonly logged: string;
  readonly others: readonly (readonly [place: number, row: WriteRow])[];
}

/** Some of the writes of a call, in their order: many creates among them, or few. */
export type Piece = Arrival | readonly WriteRow[];

export type IdRange = readonly [first: string, last: string];

/** Creates as they stand in the log: of so many `EntityRecord`s and `TransitionNote | null`s the columns. */
export interface Logged {
  readonly count: number;
  readonly records: Columns;
  readonly notes: Columns;
}

export type Miss = readonly [at: number, reason: 'exists' | 'gone' | 'changed'];

export interface IdempotencyRow {
  readonly scope: string;
  readonly bodyHash: string;
  readonly began: number;
  readonly owner: string;
  readonly answer: string | null;
}

export interface WriterCalls {
  write(rows: readonly WriteRow[], idempotent: readonly [scope: string, answer: string] | null): Miss | null;
  writeMany(pieces: readonly Piece[], idempotent: readonly [scope: string, answer: string] | null): Miss | null;
  claimDue(now: number, limit: number, owner: string, leaseMs: number): string[];
  claim(id: string, now: number, owner: string, leaseMs: number): string | null;
  release(id: string, owner: string): null;
  beginIdempotent(entry: IdempotencyRow): IdempotencyRow | null;
  finishIdempotent(scope: string, answer: string): null;
  dropIdempotent(scope: string): null;
  expireIdempotent(before: number): number;
  setValue(space: string, key: string, value: string, expect: string | null | undefined): boolean;
  deleteValue(space: string, key: string, expect: string | undefined): boolean;
  series(key: SeriesKey): number;
  /** `words` as made by `encodeBatch`; null: every sample was new. */
  append(words: Float64Array): AppendResult[] | null;
  /** Moves what is acknowledged of a series to where readers see it. */
  settle(series: number): null;
  /** One bounded step of deletion; `next` is where to go on. */
  deleteSamples(before: number, after: number): { readonly deleted: number; readonly next: number | null };
  /** The last call. */
  finish(): null;
}

export interface ReaderCalls {
  get(ids: readonly string[]): (string | null)[];
  list(query: EntityQuery): string[];
  count(query: Omit<EntityQuery, 'after' | 'limit' | 'page'>): number;
  history(id: string): HistoryRow[];
  events(tenant: string, after: number, limit: number, subject: string | undefined): EventRow[];
  idempotency(scope: string): IdempotencyRow | null;
  getValue(space: string, key: string): string | null;
  entries(space: string, prefix: string): [key: string, value: string][];
  seriesOf(collector: string): (SeriesKey & { readonly id: number })[];
  read(series: number, from: number, until: number): { times: Float64Array; values: Float64Array };
  extent(series: number): { first: number; last: number } | null;
  /** Rows of six: from, count, absent, sum, min, max. */
  rollups(series: number, from: number, until: number, step: 'minute' | 'hour'): Float64Array;
  finish(): null;
}

export interface HistoryRow {
  readonly rev: number;
  readonly at: number;
  readonly from: string | null;
  readonly to: string | null;
  readonly actor: string;
  readonly code: string | null;
  readonly detail: string | null;
}

export interface EventRow extends Omit<HistoryRow, 'detail'> {
  readonly sequence: number;
  readonly entity: string;
  readonly type: string;
  readonly subject: string;
}

/** A call as it travels: its name, then what it is called with. */
export type Call = readonly [name: string, ...values: unknown[]];

export interface Failure {
  readonly index: number;
  readonly code: string;
  readonly message: string;
}

/** The answer to one message of calls, in their order. */
export interface Reply {
  readonly results: readonly unknown[];
  readonly failures: readonly Failure[];
  /** Set when the worker cannot go on. */
  readonly fatal?: string;
}

export interface WriterStart {
  readonly folder: string;
  readonly migrations: readonly Migration[];
  readonly now: number;
}

export type Started =
  | {
      readonly ready: true;
      readonly schemaVersion: number;
      readonly migratedFrom: number | null;
      readonly backup: string | null;
    }
  | { readonly ready: false; readonly code: string; readonly message: string };
