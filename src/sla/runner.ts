import type { EntityId } from '../shared/ids.ts';
import type { Logger } from '../shared/logger.ts';

/**
 * Runs the work of an entity one at a time in this process: a wake while it runs makes it run once
 * more. Compare-and-set keeps other processes off; this keeps us from racing ourselves.
 */
export class Runner {
  readonly #work: (id: EntityId) => Promise<void>;
  readonly #log: Logger;
  readonly #running = new Map<EntityId, { again: boolean; done: Promise<void> }>();
  #stopped = false;

  constructor(work: (id: EntityId) => Promise<void>, log: Logger) {
    this.#work = work;
    this.#log = log;
  }

  /** Resolves when the work of the entity has come to rest; rejects with what the last run threw. */
  run(id: EntityId): Promise<void> {
    if (this.#stopped) return Promise.resolve();
    const now = this.#running.get(id);
    if (now !== undefined) {
      now.again = true;
      return now.done;
    }
    const entry = { again: false, done: Promise.resolve() };
    this.#running.set(id, entry);
    entry.done = this.#loop(id, entry).finally(() => {
      this.#running.delete(id);
    });
    return entry.done;
  }

  /** The same, where nobody waits: failures are logged, and the entity's due brings it up again. */
  wake(id: EntityId): void {
    this.run(id).catch((error: unknown) => {
      this.#log.error({ entity: id, err: error }, 'work failed');
    });
  }

  /** Starts nothing more, and resolves when nothing runs. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.idle();
  }

  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled([...this.#running.values()].map((entry) => entry.done));
  }

  async #loop(id: EntityId, entry: { again: boolean }): Promise<void> {
    for (let more = true; more && !this.#stopped; more = entry.again) {
      entry.again = false;
      await this.#work(id);
    }
  }
}
