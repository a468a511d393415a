import { fromColumns } from './columns.ts';
import { entityLog, loggedOf } from './entity-log.ts';
import type { Arrival, EntityRow, IdRange, Miss, NoteRow, Piece, WriteRow, WriterCalls } from './protocol.ts';
import { entityRow } from './rows.ts';
import { bindable, textOf, type Database } from './sqlite.ts';
import { leaseCalls } from './writer-leases.ts';

type EntityCalls = Pick<WriterCalls, 'write' | 'writeMany' | 'claimDue' | 'claim' | 'release'> & {
  /** Is there something to settle? */
  readonly unsettled: boolean;
  /** Sorts in what came by way of the log. */
  settle(): void;
  /** Writes down what was counted in memory; runs once a transaction, before its COMMIT. */
  beforeCommit(): void;
  /** Forgets what was kept in memory: the transaction that made it was rolled back. */
  forget(): void;
};

const COLUMNS =
  'id, kind, tenant, owner, rev, state, parent, vendor, source, target, hidden, due_at, due_action, mixins, json';

/** Writes, leases, history and events of entities. Runs inside the writer's transaction. */
export function entityCalls(database: Database): EntityCalls {
  const find = database.prepare('SELECT rev, state, tenant, mixins, due_at, due_action FROM entity WHERE id = ?');
  const insert = database.prepare(
    `INSERT INTO entity (${COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  );
  const update = database.prepare(
    `UPDATE entity SET kind = ?, tenant = ?, owner = ?, rev = ?, state = ?, parent = ?, vendor = ?, source = ?,
       target = ?, hidden = ?, due_at = ?, due_action = ?, mixins = ?, json = ?,
       lease_owner = iif(?, lease_owner, NULL), lease_until = iif(?, lease_until, NULL)
     WHERE id = ?`,
  );
  const newestId = database.prepare('SELECT id FROM entity ORDER BY id DESC LIMIT 1');
  const remove = database.prepare('DELETE FROM entity WHERE id = ?');
  const addMixin = database.prepare('INSERT OR IGNORE INTO entity_mixin (mixin, id, tenant) VALUES (?, ?, ?)');
  const dropMixin = database.prepare('DELETE FROM entity_mixin WHERE mixin = ? AND id = ?');
  const addNote = database.prepare(
    `INSERT INTO journal (entity, rev, at, origin, target, actor, code, detail, subject, tenant, type, sequence)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const lastSequence = database.prepare('SELECT last FROM event_sequence WHERE tenant = ?');
  const keepSequence = database.prepare(
    'INSERT INTO event_sequence (tenant, last) VALUES (?, ?) ON CONFLICT (tenant) DO UPDATE SET last = excluded.last',
  );
  const keepAnswer = database.prepare('UPDATE idempotency SET answer = ? WHERE scope = ?');
  const log = entityLog(database, (row, at, noted, sequence) => {
    insert.run(...row);
    const [id, , tenant, , rev] = row;
    addMixins(id, tenant, row[13]);
    note(id, tenant, rev, at, noted, sequence);
  });
  log.recover();

  const sequences = new Map<string, number>();
  const advanced = new Set<string>();
  /** While a call of several writes runs: the sequences that it took, to be given back on a miss. */
  let taken: string[] | undefined;

  function nextSequence(tenant: string): number {
    const next = (sequences.get(tenant) ?? Number(lastSequence.get(tenant)?.['last'] ?? 0)) + 1;
    sequences.set(tenant, next);
    advanced.add(tenant);
    taken?.push(tenant);
    return next;
  }

  function note(
    entity: string,
    tenant: string,
    rev: number,
    at: number,
    row: NoteRow | null,
    given?: number | null,
  ): void {
    if (row === null) return;
    const [from, to, actor, code, detail, subject, type] = row;
    const sequence = given === undefined ? (type === null ? null : nextSequence(tenant)) : given;
    addNote.run(entity, rev, at, from, to, actor, code, detail, subject, tenant, type, sequence);
  }

  function addMixins(id: string, tenant: string, mixins: string): void {
    if (mixins === '[]') return;
    for (const mixin of JSON.parse(mixins) as string[]) addMixin.run(mixin, id, tenant);
  }

  function dropMixins(id: string, mixins: string): void {
    if (mixins === '[]') return;
    for (const mixin of JSON.parse(mixins) as string[]) dropMixin.run(mixin, id);
  }

  function create(row: EntityRow, at: number, noted: NoteRow | null): Miss[1] | undefined {
    if (insert.run(...row).changes === 0) return 'exists';
    const [id, , tenant, , rev] = row;
    addMixins(id, tenant, row[13]);
    note(id, tenant, rev, at, noted);
    return undefined;
  }

  function change(
    row: EntityRow,
    at: number,
    noted: NoteRow | null,
    expectRev: number,
    expectState: string | null,
  ): Miss[1] | undefined {
    const [
      id,
      kind,
      tenant,
      owner,
      rev,
      state,
      parent,
      vendor,
      source,
      target,
      hidden,
      dueAt,
      dueAction,
      mixins,
      json,
    ] = row;
    const old = find.get(id);
    if (old === undefined) return 'gone';
    if (old['rev'] !== expectRev || (expectState !== null && old['state'] !== expectState)) return 'changed';
    const keepLease = old['due_at'] === dueAt && old['due_action'] === dueAction ? 1 : 0;
    update.run(
      kind,
      tenant,
      owner,
      rev,
      state,
      parent,
      vendor,
      source,
      target,
      hidden,
      dueAt,
      dueAction,
      mixins,
      json,
      keepLease,
      keepLease,
      id,
    );
    if (old['mixins'] !== mixins || old['tenant'] !== tenant) {
      dropMixins(id, textOf(old, 'mixins'));
      addMixins(id, tenant, mixins);
    }
    note(id, tenant, rev, at, noted);
    return undefined;
  }

  function take(id: string, at: number, noted: NoteRow | null, expectRev: number | null): Miss[1] | undefined {
    const old = find.get(id);
    if (old === undefined) return 'gone';
    if (expectRev !== null && old['rev'] !== expectRev) return 'changed';
    remove.run(id);
    dropMixins(id, textOf(old, 'mixins'));
    note(id, textOf(old, 'tenant'), Number(old['rev']), at, noted);
    return undefined;
  }

  function apply(row: WriteRow): Miss[1] | undefined {
    switch (row[0]) {
      case 'create':
        return create(row[1], row[2], row[3]);
      case 'update':
        return change(row[1], row[2], row[3], row[4], row[5]);
      case 'remove':
        return take(row[1], row[2], row[3], row[4]);
    }
  }

  /** Only several writes need a way back: a single one checks before it changes anything. */
  function allOrNothing(writes: () => Miss | null): Miss | null {
    database.exec('SAVEPOINT call');
    taken = [];
    const logged = log.length;
    const miss = writes();
    if (miss !== null) {
      database.exec('ROLLBACK TO call');
      log.cut(logged);
      for (const tenant of taken) sequences.set(tenant, (sequences.get(tenant) ?? 1) - 1);
    }
    database.exec('RELEASE call');
    taken = undefined;
    return miss;
  }

  /** The first miss; on a miss nothing of the call is kept. */
  function applyAll(rows: readonly WriteRow[]): Miss | null {
    for (const [index, row] of rows.entries()) {
      const miss = apply(row);
      if (miss !== undefined) return [index, miss];
    }
    return null;
  }

  /** The creates go to the log, where nothing can miss: their ids are known to be new. */
  function applyArrival(arrival: Arrival): Miss | null {
    const { count, places } = arrival;
    const tenants = fromColumns(arrival.tenants, count) as readonly string[];
    const events = fromColumns(arrival.events, count);
    const sequences: (number | null)[] = [];
    // Events are numbered in the order of the call.
    const number = (before: number): void => {
      for (let at = sequences.length; at < count && placeAt(places, at) < before; at++)
        sequences.push(events[at] === true ? nextSequence(bindable(tenants[at] ?? '')) : null);
    };
    for (const [place, row] of arrival.others) {
      number(place);
      const miss = apply(row);
      if (miss !== undefined) return [place, miss];
    }
    number(Number.POSITIVE_INFINITY);
    log.add(arrival, sequences);
    return null;
  }

  /** As `applyAll`, where every create that goes to the log is known to be new. */
  function applyPieces(pieces: readonly Piece[]): Miss | null {
    let before = 0;
    for (const piece of pieces) {
      const miss = isArrival(piece) ? applyArrival(piece) : applyAll(piece);
      if (miss !== null) return [before + miss[0], miss[1]];
      before += isArrival(piece) ? piece.count + piece.others.length : piece.length;
    }
    return null;
  }

  /**
   * Is all that would go to the log new, and is nothing else of the call about it? Ids are made in order of
   * time: those of a call mostly rise, and are later than all that is stored.
   */
  function allNew(arrivals: readonly Arrival[], others: readonly WriteRow[]): boolean {
    let last = textOf(newestId.get() ?? { id: '' }, 'id');
    const ranges: IdRange[] = [];
    for (const { rising } of arrivals) {
      if (rising === null || rising[0] <= last || !log.isBefore(rising[0])) return areAllNew(arrivals, others);
      ranges.push(rising);
      last = rising[1];
    }
    return !others.some((row) => ranges.some(([from, to]) => idOf(row) >= from && idOf(row) <= to));
  }

  function areAllNew(arrivals: readonly Arrival[], others: readonly WriteRow[]): boolean {
    const ids = arrivals.flatMap(({ logged }) => loggedOf(logged).records.map(({ id }): string => id));
    const different = new Set(ids);
    return (
      different.size === ids.length &&
      ids.every((id) => find.get(id) === undefined && !log.holds(id)) &&
      !others.some((row) => different.has(idOf(row)))
    );
  }

  /** What waits in the log comes first where a write is about it. */
  function settleFor(rows: readonly WriteRow[]): void {
    if (log.waiting && rows.some((row) => log.holds(idOf(row)))) log.settle();
  }

  function answer(miss: Miss | null, idempotent: readonly [scope: string, answer: string] | null): Miss | null {
    if (miss === null && idempotent !== null) keepAnswer.run(idempotent[1], idempotent[0]);
    return miss;
  }

  return {
    get unsettled() {
      return log.waiting;
    },
    settle() {
      log.settle();
    },
    write(rows, idempotent) {
      settleFor(rows);
      return answer(rows.length === 1 ? applyAll(rows) : allOrNothing(() => applyAll(rows)), idempotent);
    },
    writeMany(pieces, idempotent) {
      const arrivals = pieces.filter(isArrival);
      const others = pieces.flatMap((piece) => (isArrival(piece) ? piece.others.map(([, row]) => row) : piece));
      settleFor(others);
      if (allNew(arrivals, others))
        return answer(
          allOrNothing(() => applyPieces(pieces)),
          idempotent,
        );
      // One of them may be there already, and where that is the log it would not be found.
      log.settle();
      return answer(
        allOrNothing(() => applyAll(pieces.flatMap((piece) => (isArrival(piece) ? rowsOf(piece) : piece)))),
        idempotent,
      );
    },
    ...leaseCalls(database, log),
    beforeCommit() {
      for (const tenant of advanced) keepSequence.run(tenant, sequences.get(tenant) ?? 0);
      advanced.clear();
    },
    forget() {
      log.recover();
      sequences.clear();
      advanced.clear();
      taken = undefined;
    },
  };
}

/** The call as it would have come with few creates in it. */
function rowsOf({ places, logged, others }: Arrival): readonly WriteRow[] {
  const { records, notes } = loggedOf(logged);
  const rows: WriteRow[] = [];
  for (const [place, row] of others) rows[place] = row;
  records.forEach((record, at) => {
    rows[placeAt(places, at)] = ['create', entityRow(record), record.updated, notes[at] ?? null];
  });
  return rows;
}

function isArrival(piece: Piece): piece is Arrival {
  return 'logged' in piece;
}

function idOf(row: WriteRow): string {
  return row[0] === 'remove' ? row[1] : row[1][0];
}

function placeAt(places: Arrival['places'], at: number): number {
  return places === null ? at : (places[at] ?? 0);
}
