import type { EntityId } from '../../shared/ids.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Change, EntityQuery, EntityStore, IdempotencyEntry, Write, WriteOptions, WriteResult } from '../store.ts';
import type { Answer } from './services.ts';

/** The store as one request sees it: its first write that succeeds carries the Idempotency-Key's entry. */
export class Carrier implements EntityStore {
  /** Has a write of this request succeeded? */
  wrote = false;
  /** Was the answer that the write carried the final one? */
  answered = false;
  /** What a repetition is answered if nothing comes after the next write. */
  next: Answer = { type: 'reread', as: 'done', ids: [] };
  readonly #store: EntityStore;
  readonly #scope: string | undefined;

  constructor(store: EntityStore, scope: string | undefined) {
    this.#store = store;
    this.#scope = scope;
  }

  async write(writes: readonly Write[], options?: WriteOptions): Promise<WriteResult> {
    const carries = !this.wrote && this.#scope !== undefined;
    const idempotent = carries ? { scope: this.#scope, answer: stored(this.next) } : undefined;
    const result = await this.#store.write(writes, idempotent === undefined ? options : { ...options, idempotent });
    if (!result.ok) return result;
    this.wrote = true;
    if (carries) this.answered = this.next.type === 'outcome';
    return result;
  }

  get(id: EntityId): ReturnType<EntityStore['get']> {
    return this.#store.get(id);
  }

  getMany(ids: readonly EntityId[]): ReturnType<EntityStore['getMany']> {
    return this.#store.getMany(ids);
  }

  list(query: EntityQuery): ReturnType<EntityStore['list']> {
    return this.#store.list(query);
  }

  count(query: Parameters<EntityStore['count']>[0]): Promise<number> {
    return this.#store.count(query);
  }

  claimDue(claim: Parameters<EntityStore['claimDue']>[0]): ReturnType<EntityStore['claimDue']> {
    return this.#store.claimDue(claim);
  }

  claim(id: EntityId, claim: Parameters<EntityStore['claim']>[1]): ReturnType<EntityStore['claim']> {
    return this.#store.claim(id, claim);
  }

  release(id: EntityId, owner: string): Promise<void> {
    return this.#store.release(id, owner);
  }

  history(id: EntityId): ReturnType<EntityStore['history']> {
    return this.#store.history(id);
  }

  events(query: Parameters<EntityStore['events']>[0]): ReturnType<EntityStore['events']> {
    return this.#store.events(query);
  }

  subscribe(listener: (change: Change) => void): () => void {
    return this.#store.subscribe(listener);
  }

  idempotency(scope: string): ReturnType<EntityStore['idempotency']> {
    return this.#store.idempotency(scope);
  }

  beginIdempotent(entry: IdempotencyEntry): ReturnType<EntityStore['beginIdempotent']> {
    return this.#store.beginIdempotent(entry);
  }

  finishIdempotent(scope: string, answer: JsonObject): Promise<void> {
    return this.#store.finishIdempotent(scope, answer);
  }

  dropIdempotent(scope: string): Promise<void> {
    return this.#store.dropIdempotent(scope);
  }

  expireIdempotent(before: number): Promise<number> {
    return this.#store.expireIdempotent(before);
  }

  close(): Promise<void> {
    return this.#store.close();
  }
}

/** Answers are built of records and views, which are JSON already. */
export function stored(answer: Answer): JsonObject {
  return answer as unknown as JsonObject;
}
