import type { Clock, Instant } from '../shared/clock.ts';
import { parseEntityId, type EntityId } from '../shared/ids.ts';
import type { EntityRecord } from '../occi/entity.ts';
import type { EntityStore, KeyValueStore } from '../occi/store.ts';
import { hashSecret, sameHash } from './secrets.ts';
import { TOKEN } from './token-model.ts';

const SPACE = 'auth.token';
/** How long another replica may go on accepting a token that was revoked here. */
const FRESH_MS = 10_000;
const CACHED = 5_000;

interface Cached {
  readonly record: EntityRecord;
  readonly until: Instant;
}

/** Finds the token entity of a secret by its hash: one look-up, never a scan. */
export class TokenIndex {
  readonly #store: EntityStore;
  readonly #kv: KeyValueStore;
  readonly #clock: Clock;
  readonly #cache = new Map<string, Cached>();
  /** Being revoked: the cache is not asked, so that the first request after the answer is refused. */
  readonly #revoking = new Set<EntityId>();
  readonly #stop: () => void;

  constructor(parts: { store: EntityStore; kv: KeyValueStore; clock: Clock }) {
    this.#store = parts.store;
    this.#kv = parts.kv;
    this.#clock = parts.clock;
    this.#stop = parts.store.subscribe((change) => {
      if (change.record !== undefined && change.record.kind !== TOKEN) return;
      for (const [hash, cached] of this.#cache) if (cached.record.id === change.id) this.#cache.delete(hash);
    });
  }

  /** Ties the secret to an entity that is about to be written; one that never comes to be is found by nobody. */
  async add(secret: string, id: EntityId): Promise<string> {
    const hash = hashSecret(secret);
    await this.#kv.set(SPACE, hash, id);
    return hash;
  }

  /** Like `add`, unless the secret is tied to an entity already; answers which. */
  async addOnce(secret: string, id: EntityId): Promise<EntityId> {
    const hash = hashSecret(secret);
    if (await this.#kv.set(SPACE, hash, id, null)) return id;
    return parseEntityId((await this.#kv.get(SPACE, hash)) ?? '') ?? id;
  }

  /** The entity of a secret, unless it was deleted. Expiry is for the caller to judge. */
  async find(secret: string): Promise<EntityRecord | undefined> {
    const hash = hashSecret(secret);
    const cached = this.#cache.get(hash);
    if (cached !== undefined && cached.until > this.#clock.now() && !this.#revoking.has(cached.record.id))
      return cached.record;
    const record = await this.#read(hash);
    if (record === undefined) this.#cache.delete(hash);
    else this.#remember(hash, record);
    return record;
  }

  /** Before the entity is deleted. Its entry stays, so that a deleted bootstrap token is known as such. */
  revoke(id: EntityId): void {
    this.#revoking.add(id);
  }

  close(): void {
    this.#stop();
  }

  async #read(hash: string): Promise<EntityRecord | undefined> {
    const id = parseEntityId((await this.#kv.get(SPACE, hash)) ?? '');
    const record = id === undefined ? undefined : await this.#store.get(id);
    if (record === undefined || record.hidden || record.kind !== TOKEN) return undefined;
    const kept = record.internal['hash'];
    return typeof kept === 'string' && sameHash(kept, hash) ? record : undefined;
  }

  #remember(hash: string, record: EntityRecord): void {
    if (this.#cache.size >= CACHED) this.#cache.clear();
    this.#cache.set(hash, { record, until: this.#clock.now() + FRESH_MS });
  }
}
