import type { EntityRecord } from '../../occi/entity.ts';
import type { IdempotencyEntry, TransitionNote, Write } from '../../occi/store.ts';
import type { Json, JsonObject } from '../../shared/json.ts';
import { toColumns } from './columns.ts';
import type { Arrival, EntityRow, IdRange, IdempotencyRow, Logged, NoteRow, Piece, WriteRow } from './protocol.ts';
import { bindable } from './sqlite.ts';

/** @param now the time of a removal, which has no record to tell it */
export function writeRow(write: Write, now: number): WriteRow {
  switch (write.op) {
    case 'create':
      return ['create', entityRow(write.record), write.record.updated, noteRow(write.note)];
    case 'update': {
      const { record, note, expect } = write;
      return ['update', entityRow(record), record.updated, noteRow(note), expect.rev, optional(expect.state)];
    }
    case 'remove':
      return ['remove', write.id, now, noteRow(write.note), write.expect?.rev ?? null];
  }
}

/** Writes with so many creates in them go by way of the log. */
const MANY = 32;

/** A write of many creates, taken apart for the log; undefined: there are not many. */
export function arrivalOf(writes: readonly Write[], now: number): Arrival | undefined {
  if (writes.length < MANY) return undefined;
  const places: number[] = [];
  const ids: string[] = [];
  const tenants: string[] = [];
  const events: boolean[] = [];
  const records: EntityRecord[] = [];
  const notes: (TransitionNote | null)[] = [];
  const others: (readonly [place: number, row: WriteRow])[] = [];
  for (let place = 0; place < writes.length; place += 1) {
    const write = writes[place];
    if (write === undefined) continue;
    if (write.op !== 'create') {
      others.push([place, writeRow(write, now)]);
      continue;
    }
    const { record, note } = write;
    if (record.due !== undefined) dueTime(record.due.at, record);
    places.push(place);
    ids.push(record.id);
    tenants.push(record.tenant);
    events.push(note?.event !== undefined);
    records.push(record);
    notes.push(note ?? null);
  }
  const count = records.length;
  if (count < MANY) return undefined;
  const logged: Logged = {
    count,
    records: toColumns(records as unknown as readonly Json[]),
    notes: toColumns(notes as unknown as readonly Json[]),
  };
  return {
    count,
    places: count === writes.length ? null : places,
    rising: risingOf(ids),
    tenants: toColumns(tenants),
    events: toColumns(events),
    logged: JSON.stringify(logged),
    others,
  };
}

/** Writes that travel in one piece: larger texts are moved about more slowly. */
const TOGETHER = 400;

/** Many writes, in pieces; undefined: there are too few creates among them to go by way of the log. */
export function piecesOf(writes: readonly Write[], now: number): readonly Piece[] | undefined {
  if (writes.length <= TOGETHER) {
    const arrival = arrivalOf(writes, now);
    return arrival === undefined ? undefined : [arrival];
  }
  const pieces: Piece[] = [];
  for (let from = 0; from < writes.length; from += TOGETHER) {
    const some = writes.slice(from, from + TOGETHER);
    pieces.push(arrivalOf(some, now) ?? rowsOf(some, now));
  }
  return pieces;
}

export function rowsOf(writes: readonly Write[], now: number): readonly WriteRow[] {
  return writes.map((write) => writeRow(write, now));
}

function risingOf(ids: readonly string[]): IdRange | null {
  let last = '';
  for (const id of ids) {
    if (id <= last) return null;
    last = id;
  }
  return [ids[0] ?? '', last];
}

export function recordOf(json: string): EntityRecord {
  return JSON.parse(json) as EntityRecord;
}

export function idempotencyRow(entry: IdempotencyEntry): IdempotencyRow {
  const { scope, bodyHash, began, owner, answer } = entry;
  return { scope, bodyHash, began, owner, answer: answer === undefined ? null : JSON.stringify(answer) };
}

export function idempotencyEntry(row: IdempotencyRow): IdempotencyEntry {
  const { scope, bodyHash, began, owner, answer } = row;
  const entry = { scope, bodyHash, began, owner };
  return answer === null ? entry : { ...entry, answer: JSON.parse(answer) as JsonObject };
}

/** @param json the record's text, where it is known already */
export function entityRow(record: EntityRecord, json: string = JSON.stringify(record)): EntityRow {
  return [
    record.id,
    bindable(record.kind),
    bindable(record.tenant),
    bindable(record.owner),
    record.rev,
    optional(record.state),
    record.parent ?? null,
    optional(record.vendor),
    optional(record.source?.location),
    optional(record.target?.location),
    record.hidden ? 1 : 0,
    record.due === undefined ? null : dueTime(record.due.at, record),
    optional(record.due?.action),
    record.mixins.length === 0 ? '[]' : JSON.stringify(record.mixins),
    json,
  ];
}

/** Between two milliseconds is the later one: due work is never begun early, and never lost for a fraction. */
function dueTime(at: number, { id }: EntityRecord): number {
  if (Number.isFinite(at)) return Math.ceil(at);
  throw new RangeError(`${id} is due at no time: ${at}`);
}

export function noteRow(note: TransitionNote | undefined): NoteRow | null {
  if (note === undefined) return null;
  return [
    note.from,
    note.to,
    bindable(note.actor),
    optional(note.code),
    optional(note.detail),
    bindable(note.subject),
    optional(note.event),
  ];
}

function optional(text: string | undefined): string | null {
  return text === undefined ? null : bindable(text);
}
