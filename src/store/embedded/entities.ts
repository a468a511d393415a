import type { EntityRecord } from '../../occi/entity.ts';
import type { Change, EntityQuery, EntityStore, HistoryEntry, Page, StoredEvent } from '../../occi/store.ts';
import type { Clock } from '../../shared/clock.ts';
import { BadRequest } from '../../shared/errors.ts';
import { parseEntityId, type EntityId, type TenantId } from '../../shared/ids.ts';
import type { Logger } from '../../shared/logger.ts';
import type { WorkerLink } from './link.ts';
import type { EventRow, HistoryRow, ReaderCalls, WriterCalls } from './protocol.ts';
import { Recent } from './recent.ts';
import { idempotencyEntry, idempotencyRow, piecesOf, recordOf, rowsOf } from './rows.ts';

export interface EntityStoreParts {
  readonly writer: WorkerLink<WriterCalls>;
  readonly reader: WorkerLink<ReaderCalls>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly close: () => Promise<void>;
}

/** The entity port over the two workers. A cursor is the id that its page ended with. */
export function embeddedEntities({ writer, reader, clock, log, close }: EntityStoreParts): EntityStore {
  const listeners = new Set<(change: Change) => void>();
  const recent = new Recent();

  function get(id: EntityId): Promise<EntityRecord | undefined> {
    const kept = reader.open ? recent.record(id) : undefined;
    if (kept !== undefined) return Promise.resolve(kept);
    return recent.read(id, async () => (await reader.call('get', [id]))[0] ?? null, recordOf);
  }

  async function list(query: EntityQuery): Promise<Page<EntityRecord>> {
    if (query.limit < 1) return { items: [] };
    const after = query.after === undefined ? undefined : decodeCursor(query.after);
    const found = await reader.call('list', after === undefined ? query : { ...query, after });
    const items = found.slice(0, query.limit).map(recordOf);
    const last = items.at(-1);
    return found.length > query.limit && last !== undefined ? { items, next: encodeCursor(last.id) } : { items };
  }

  function tell(change: Change): void {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch (error) {
        log.error({ err: error, entity: change.id }, 'a listener of the store has thrown');
      }
    }
  }

  return {
    get,
    async getMany(ids) {
      if (ids.length === 0) return [];
      const found = await reader.call('get', ids);
      return found.map((json) => (json === null ? undefined : recordOf(json)));
    },
    list(query) {
      const path = startOfLinks(query);
      if (path === undefined) return list(query);
      const kept = reader.open ? recent.linksFrom(path) : undefined;
      if (kept !== undefined && kept.items.length <= query.limit) return Promise.resolve(kept);
      return recent.readLinks(path, () => list(query));
    },
    count: (query) => reader.call('count', query),

    async write(writes, options) {
      if (writes.length === 0 && options?.idempotent === undefined) return { ok: true };
      const now = clock.now();
      const idempotent = options?.idempotent;
      const answer = idempotent === undefined ? null : ([idempotent.scope, JSON.stringify(idempotent.answer)] as const);
      const pieces = piecesOf(writes, now);
      const call =
        pieces === undefined
          ? writer.call('write', rowsOf(writes, now), answer)
          : writer.call('writeMany', pieces, answer);
      // Also where it failed: nobody knows then what was written.
      const miss = await call.finally(() => {
        recent.forget(writes);
      });
      if (miss !== null) return { ok: false, at: miss[0], reason: miss[1] };
      if (listeners.size > 0) {
        for (const write of writes) {
          if (write.op === 'remove') tell({ id: write.id, record: undefined });
          else tell({ id: write.record.id, record: write.record });
        }
      }
      return { ok: true };
    },

    async claimDue({ now, limit, owner, leaseMs }) {
      return (await writer.call('claimDue', now, limit, owner, leaseMs)).map(recordOf);
    },
    async claim(id, { now, owner, leaseMs }) {
      const json = await writer.call('claim', id, now, owner, leaseMs);
      return json === null ? undefined : recordOf(json);
    },
    async release(id, owner) {
      await writer.call('release', id, owner);
    },

    history: async (id) => (await reader.call('history', id)).map(historyEntry),
    events: async ({ tenant, after, limit, subject }) =>
      (await reader.call('events', tenant, after, limit, subject)).map((row) => storedEvent(tenant, row)),
    subscribe(listener) {
      // A wrapper of its own, so that one function may be subscribed twice.
      const entry = (change: Change): void => {
        listener(change);
      };
      listeners.add(entry);
      return () => {
        listeners.delete(entry);
      };
    },

    async idempotency(scope) {
      const row = await reader.call('idempotency', scope);
      return row === null ? undefined : idempotencyEntry(row);
    },
    async beginIdempotent(entry) {
      const there = await writer.call('beginIdempotent', idempotencyRow(entry));
      return there === null ? undefined : idempotencyEntry(there);
    },
    async finishIdempotent(scope, answer) {
      await writer.call('finishIdempotent', scope, JSON.stringify(answer));
    },
    async dropIdempotent(scope) {
      await writer.call('dropIdempotent', scope);
    },
    expireIdempotent: (before) => writer.call('expireIdempotent', before),

    close,
  };
}

/** The path of a query that asks for the links which start there, and for nothing else. */
function startOfLinks(query: EntityQuery): string | undefined {
  // `limit` is always there, so two members are these two.
  return query.source !== undefined && Object.keys(query).length === 2 ? query.source : undefined;
}

function encodeCursor(id: EntityId): string {
  return Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url');
}

/** @throws BadRequest `cursor_invalid` */
function decodeCursor(cursor: string): EntityId {
  const hex = Buffer.from(cursor, 'base64url').toString('hex');
  const id = parseEntityId(hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'));
  if (id === undefined) throw new BadRequest('cursor_invalid', 'The cursor is not one that a list has given');
  return id;
}

function historyEntry(row: HistoryRow): HistoryEntry {
  const { rev, at, from, to, actor, code, detail } = row;
  return {
    rev,
    at,
    from,
    to,
    actor,
    ...(code === null ? {} : { code }),
    ...(detail === null ? {} : { detail }),
  };
}

function storedEvent(tenant: TenantId, row: EventRow): StoredEvent {
  const { sequence, type, subject, at, entity, rev, from, to, actor, code } = row;
  return {
    sequence,
    // Sequence and tenant never change, so every reading of an event gives it the same id.
    id: `${tenant}:${sequence}`,
    tenant,
    type,
    subject,
    at,
    data: { entity: entity as EntityId, rev, from, to, actor, code },
  };
}
