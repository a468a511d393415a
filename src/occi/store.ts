import type { Instant } from '../shared/clock.ts';
import type { EntityId, PrincipalId, TenantId, TypeId, VendorId } from '../shared/ids.ts';
import type { Json, JsonObject } from '../shared/json.ts';
import type { EntityRecord } from './entity.ts';

/**
 * The entity store port. Promises of every implementation:
 *
 * - a promise resolves when what it wrote is durable (survives a power cut);
 * - one `write` is atomic: records, history, events and the idempotency entry together, or nothing;
 * - what a resolved `write` wrote, every later read sees;
 * - lists end their order with the id and page by cursor without gaps or repeats;
 * - errors: `StoreClosed` after close, `StoreFailed` when the disk or server fails; misses of
 *   compare-and-set are answers, not errors.
 */
export interface EntityStore {
  get(id: EntityId): Promise<EntityRecord | undefined>;
  getMany(ids: readonly EntityId[]): Promise<(EntityRecord | undefined)[]>;
  list(query: EntityQuery): Promise<Page<EntityRecord>>;
  count(query: Omit<EntityQuery, 'after' | 'limit' | 'page'>): Promise<number>;

  /** All or nothing. */
  write(writes: readonly Write[], options?: WriteOptions): Promise<WriteResult>;

  /**
   * Takes a lease on records whose `due.at` is not later than `now` and that nobody holds (or
   * whose lease has lapsed), earliest first. A leased record is given to nobody else until
   * `now + leaseMs`. A write that changes `due` ends the lease.
   */
  claimDue(claim: { now: Instant; limit: number; owner: string; leaseMs: number }): Promise<EntityRecord[]>;
  /** The same for one record, due or not; undefined when it is gone or leased to another. */
  claim(id: EntityId, claim: { now: Instant; owner: string; leaseMs: number }): Promise<EntityRecord | undefined>;
  release(id: EntityId, owner: string): Promise<void>;

  /** Oldest first. */
  history(id: EntityId): Promise<HistoryEntry[]>;

  /** Events of a tenant with a sequence over `after`, in sequence; `subject` is a path or its prefix. */
  events(query: { tenant: TenantId; after: number; limit: number; subject?: string }): Promise<StoredEvent[]>;
  /** Called soon after each commit of this process with what was written. Returns the way to stop. */
  subscribe(listener: (change: Change) => void): () => void;

  idempotency(scope: string): Promise<IdempotencyEntry | undefined>;
  /** Takes the key for a request; the answer is what was there before, if anything. */
  beginIdempotent(entry: IdempotencyEntry): Promise<IdempotencyEntry | undefined>;
  finishIdempotent(scope: string, answer: JsonObject): Promise<void>;
  /** Forgets a key whose request changed nothing. */
  dropIdempotent(scope: string): Promise<void>;
  /** Forgets keys that began before `before`; answers how many. */
  expireIdempotent(before: Instant): Promise<number>;

  close(): Promise<void>;
}

export interface EntityQuery {
  readonly kinds?: readonly TypeId[];
  /** Records that carry the mixin. */
  readonly mixin?: TypeId;
  readonly tenant?: TenantId;
  /** Kinds to which `tenant` does not apply: their records belong to everybody. */
  readonly shared?: readonly TypeId[];
  readonly owner?: PrincipalId;
  readonly states?: readonly string[];
  readonly parent?: EntityId;
  readonly vendor?: VendorId;
  /** Links whose source or target location is this path. */
  readonly source?: string;
  readonly target?: string;
  /** Links whose source or target location is one of these paths: those of a whole list at once. */
  readonly sources?: readonly string[];
  readonly targets?: readonly string[];
  /** Equality of attribute values. */
  readonly attributes?: Readonly<Record<string, Json>>;
  readonly hidden?: 'with' | 'without';
  /** By id (that is: by time of creation). */
  readonly order?: 'asc' | 'desc';
  readonly after?: string;
  readonly page?: number;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly next?: string;
}

/** Why a record changed: what history and the outgoing event say (api.md, Events). */
export interface TransitionNote {
  readonly from: string | null;
  readonly to: string | null;
  readonly actor: string;
  readonly code?: string;
  readonly detail?: string;
  /** CloudEvents type such as `org.parley.cfp.ranked`; absent: history only. */
  readonly event?: string;
  /** The entity's path, the event's subject. */
  readonly subject: string;
}

export type Write =
  | { readonly op: 'create'; readonly record: EntityRecord; readonly note?: TransitionNote }
  | {
      readonly op: 'update';
      /** The new record; its `rev` is `expect.rev + 1`. */
      readonly record: EntityRecord;
      readonly expect: { readonly rev: number; readonly state?: string };
      readonly note?: TransitionNote;
    }
  | {
      readonly op: 'remove';
      readonly id: EntityId;
      readonly expect?: { readonly rev: number };
      readonly note?: TransitionNote;
    };

export interface WriteOptions {
  /** Stored in the same transaction, so that a repeated request finds its answer. */
  readonly idempotent?: { readonly scope: string; readonly answer: JsonObject };
}

export type WriteResult =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** Index of the write that missed. */
      readonly at: number;
      readonly reason: 'exists' | 'gone' | 'changed';
    };

export interface HistoryEntry extends Omit<TransitionNote, 'event' | 'subject'> {
  readonly rev: number;
  readonly at: Instant;
}

export interface StoredEvent {
  /** Rises by one for each event of a tenant. */
  readonly sequence: number;
  readonly id: string;
  readonly tenant: TenantId;
  readonly type: string;
  readonly subject: string;
  readonly at: Instant;
  readonly data: {
    readonly entity: EntityId;
    readonly rev: number;
    readonly from: string | null;
    readonly to: string | null;
    readonly actor: string;
    readonly code: string | null;
  };
}

export interface Change {
  readonly id: EntityId;
  /** The record as written; undefined: removed. */
  readonly record: EntityRecord | undefined;
}

/** One Idempotency-Key, counted for principal, method and path (api.md, Reading and writing safely). */
export interface IdempotencyEntry {
  /** Hash of principal, method, path and key. */
  readonly scope: string;
  readonly bodyHash: string;
  readonly began: Instant;
  /** The process that works on it; a key of a dead process is taken over. */
  readonly owner: string;
  /** Undefined while the first request runs. */
  readonly answer?: JsonObject;
}

/** Small durable strings for those who need no entity: vendors' memory, service settings. */
export interface KeyValueStore {
  get(space: string, key: string): Promise<string | undefined>;
  entries(space: string, prefix?: string): Promise<[key: string, value: string][]>;
  /** Compare and set: `expect` null means absent, undefined means whatever is there. */
  set(space: string, key: string, value: string, expect?: string | null): Promise<boolean>;
  delete(space: string, key: string, expect?: string): Promise<boolean>;
}
