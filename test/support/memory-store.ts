import { isDeepStrictEqual } from 'node:util';
import type { EntityRecord } from '../../src/occi/entity.ts';
import type {
  Change,
  EntityQuery,
  EntityStore,
  HistoryEntry,
  IdempotencyEntry,
  StoredEvent,
  TransitionNote,
  Write,
  WriteOptions,
  WriteResult,
} from '../../src/occi/store.ts';
import type { EntityId, TenantId } from '../../src/shared/ids.ts';
import type { Clock } from '../../src/shared/clock.ts';
import type { JsonObject } from '../../src/shared/json.ts';

interface Lease {
  readonly owner: string;
  readonly until: number;
}

type Miss = Extract<WriteResult, { ok: false }>['reason'];

/** The entity store's promises without a disk: for tests of what stands upon it. */
export class MemoryStore implements EntityStore {
  readonly #records = new Map<EntityId, EntityRecord>();
  readonly #leases = new Map<EntityId, Lease>();
  readonly #history = new Map<EntityId, HistoryEntry[]>();
  readonly #events = new Map<TenantId, StoredEvent[]>();
  readonly #keys = new Map<string, IdempotencyEntry>();
  readonly #listeners = new Set<(change: Change) => void>();
  readonly #now: () => number;
  #closed = false;
  /** Writes that succeeded, and reads, for tests that count them. */
  writes = 0;
  lists = 0;

  constructor(clock?: Pick<Clock, 'now'>) {
    this.#now = () => clock?.now() ?? Date.now();
  }

  get(id: EntityId): Promise<EntityRecord | undefined> {
    return this.#open(() => this.#records.get(id));
  }

  getMany(ids: readonly EntityId[]): Promise<(EntityRecord | undefined)[]> {
    return this.#open(() => ids.map((id) => this.#records.get(id)));
  }

  list(query: EntityQuery): Promise<{ items: readonly EntityRecord[]; next?: string }> {
    return this.#open(() => {
      this.lists += 1;
      const down = query.order === 'desc';
      const all = this.#matching(query);
      if (down) all.reverse();
      const { after } = query;
      const rest = after === undefined ? all : all.filter((record) => (down ? record.id < after : record.id > after));
      const from = after === undefined && query.page !== undefined ? (query.page - 1) * query.limit : 0;
      const items = rest.slice(from, from + query.limit);
      const last = items.at(-1);
      return last !== undefined && rest.length > from + items.length ? { items, next: last.id } : { items };
    });
  }

  count(query: Omit<EntityQuery, 'after' | 'limit' | 'page'>): Promise<number> {
    return this.#open(() => this.#matching(query).length);
  }

  write(writes: readonly Write[], options: WriteOptions = {}): Promise<WriteResult> {
    return this.#open(() => {
      const staged = new Map<EntityId, EntityRecord | undefined>();
      for (const [at, write] of writes.entries()) {
        const id = write.op === 'remove' ? write.id : write.record.id;
        const there = staged.has(id) ? staged.get(id) : this.#records.get(id);
        const reason = missOf(write, there);
        if (reason !== undefined) return { ok: false, at, reason };
        staged.set(id, write.op === 'remove' ? undefined : write.record);
      }
      for (const write of writes) this.#apply(write);
      if (options.idempotent !== undefined) this.#answer(options.idempotent.scope, options.idempotent.answer);
      this.writes += 1;
      const changes = [...staged].map(([id, record]) => ({ id, record }));
      queueMicrotask(() => {
        for (const change of changes) for (const listener of this.#listeners) listener(change);
      });
      return { ok: true };
    });
  }

  claimDue(claim: { now: number; limit: number; owner: string; leaseMs: number }): Promise<EntityRecord[]> {
    return this.#open(() =>
      [...this.#records.values()]
        .filter((record) => record.due !== undefined && record.due.at <= claim.now && this.#free(record.id, claim.now))
        .sort((a, b) => (a.due?.at ?? 0) - (b.due?.at ?? 0) || (a.id < b.id ? -1 : 1))
        .slice(0, claim.limit)
        .map((record) => {
          this.#leases.set(record.id, { owner: claim.owner, until: claim.now + claim.leaseMs });
          return record;
        }),
    );
  }

  claim(id: EntityId, claim: { now: number; owner: string; leaseMs: number }): Promise<EntityRecord | undefined> {
    return this.#open(() => {
      const record = this.#records.get(id);
      const lease = this.#leases.get(id);
      if (record === undefined || (lease?.owner !== claim.owner && !this.#free(id, claim.now))) return undefined;
      this.#leases.set(id, { owner: claim.owner, until: claim.now + claim.leaseMs });
      return record;
    });
  }

  release(id: EntityId, owner: string): Promise<void> {
    return this.#open(() => {
      if (this.#leases.get(id)?.owner === owner) this.#leases.delete(id);
    });
  }

  history(id: EntityId): Promise<HistoryEntry[]> {
    return this.#open(() => [...(this.#history.get(id) ?? [])]);
  }

  events(query: { tenant: TenantId; after: number; limit: number; subject?: string }): Promise<StoredEvent[]> {
    return this.#open(() =>
      (this.#events.get(query.tenant) ?? [])
        .filter((event) => event.sequence > query.after && event.subject.startsWith(query.subject ?? ''))
        .slice(0, query.limit),
    );
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listening(): number {
    return this.#listeners.size;
  }

  idempotency(scope: string): Promise<IdempotencyEntry | undefined> {
    return this.#open(() => this.#keys.get(scope));
  }

  beginIdempotent(entry: IdempotencyEntry): Promise<IdempotencyEntry | undefined> {
    return this.#open(() => {
      const there = this.#keys.get(entry.scope);
      if (there === undefined) this.#keys.set(entry.scope, entry);
      return there;
    });
  }

  finishIdempotent(scope: string, answer: JsonObject): Promise<void> {
    return this.#open(() => {
      this.#answer(scope, answer);
    });
  }

  dropIdempotent(scope: string): Promise<void> {
    return this.#open(() => {
      this.#keys.delete(scope);
    });
  }

  expireIdempotent(before: number): Promise<number> {
    return this.#open(() => {
      const old = [...this.#keys.values()].filter((entry) => entry.began < before);
      for (const entry of old) this.#keys.delete(entry.scope);
      return old.length;
    });
  }

  close(): Promise<void> {
    this.#closed = true;
    return Promise.resolve();
  }

  /** Every answer comes in a later turn, as a real store's does. */
  #open<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      queueMicrotask(() => {
        try {
          if (this.#closed) throw new Error('the store is closed');
          resolve(work());
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      });
    });
  }

  #free(id: EntityId, now: number): boolean {
    const lease = this.#leases.get(id);
    return lease === undefined || lease.until <= now;
  }

  #answer(scope: string, answer: JsonObject): void {
    const entry = this.#keys.get(scope);
    // As a disk would: what is kept shares nothing with what was given.
    if (entry !== undefined)
      this.#keys.set(scope, { ...entry, answer: JSON.parse(JSON.stringify(answer)) as JsonObject });
  }

  #apply(write: Write): void {
    const id = write.op === 'remove' ? write.id : write.record.id;
    const before = this.#records.get(id);
    const record = write.op === 'remove' ? before : write.record;
    if (write.op === 'remove') this.#records.delete(id);
    else this.#records.set(id, write.record);
    if (write.op === 'remove' || !isDeepStrictEqual(before?.due, write.record.due)) this.#leases.delete(id);
    if (write.note !== undefined && record !== undefined) this.#note(write.note, record);
  }

  #note(note: TransitionNote, record: EntityRecord): void {
    const at = this.#now();
    const { event, subject, ...entry } = note;
    const entries = this.#history.get(record.id) ?? [];
    this.#history.set(record.id, entries);
    entries.push({ ...entry, rev: record.rev, at });
    if (event === undefined) return;
    const events = this.#events.get(record.tenant) ?? [];
    this.#events.set(record.tenant, events);
    const sequence = events.length + 1;
    events.push({
      sequence,
      id: `${record.tenant}-${sequence}`,
      tenant: record.tenant,
      type: event,
      subject,
      at,
      data: {
        entity: record.id,
        rev: record.rev,
        from: note.from,
        to: note.to,
        actor: note.actor,
        code: note.code ?? null,
      },
    });
  }

  #matching(query: Omit<EntityQuery, 'after' | 'limit' | 'page'>): EntityRecord[] {
    return [...this.#records.values()].filter((record) => fits(record, query)).sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}

function missOf(write: Write, there: EntityRecord | undefined): Miss | undefined {
  if (write.op === 'create') return there === undefined ? undefined : 'exists';
  if (there === undefined) return 'gone';
  if (write.expect === undefined) return undefined;
  if (there.rev !== write.expect.rev) return 'changed';
  return write.op === 'update' && write.expect.state !== undefined && write.expect.state !== there.state
    ? 'changed'
    : undefined;
}

function fits(record: EntityRecord, query: Omit<EntityQuery, 'after' | 'limit' | 'page'>): boolean {
  const own = query.tenant === undefined || record.tenant === query.tenant;
  return (
    (query.hidden === 'with' || !record.hidden) &&
    (own || query.shared?.includes(record.kind) === true) &&
    (query.kinds?.includes(record.kind) ?? true) &&
    (query.mixin === undefined || record.mixins.includes(query.mixin)) &&
    (query.owner === undefined || record.owner === query.owner) &&
    (query.states === undefined || (record.state !== undefined && query.states.includes(record.state))) &&
    (query.parent === undefined || record.parent === query.parent) &&
    (query.vendor === undefined || record.vendor === query.vendor) &&
    (query.source === undefined || record.source?.location === query.source) &&
    (query.target === undefined || record.target?.location === query.target) &&
    (query.sources === undefined || query.sources.includes(record.source?.location ?? '')) &&
    (query.targets === undefined || query.targets.includes(record.target?.location ?? '')) &&
    Object.entries(query.attributes ?? {}).every(([name, value]) => isDeepStrictEqual(record.attributes[name], value))
  );
}
