import type { Write } from '../occi/store.ts';
import type { EntityId } from '../shared/ids.ts';
import type { BrokerTools } from './tools.ts';

/** What a round has to write: answers as they come, and the outcome after all of them. */
export class RoundWriter {
  readonly #cfp: EntityId;
  readonly #tools: BrokerTools;
  #waiting: Write[] = [];
  #writing: Promise<unknown> = Promise.resolve();

  constructor(cfp: EntityId, tools: BrokerTools) {
    this.#cfp = cfp;
    this.#tools = tools;
  }

  /** Written with the next. */
  add(write: Write): void {
    this.#waiting.push(write);
  }

  write(): void {
    const writes = this.#waiting;
    if (writes.length === 0) return;
    this.#waiting = [];
    this.#writing = Promise.all([this.#writing, this.#store(writes)]);
    this.#writing.catch((error: unknown) => {
      this.#tools.deps.log.error({ cfp: this.#cfp, err: error }, 'answers not stored');
    });
  }

  /**
   * Stores the outcome with all that waits; false: the call has changed in between, and what waits
   * still does. Throws what came of the answers before: the outcome is never there without them.
   */
  async finish(outcome: readonly Write[]): Promise<boolean> {
    await this.#writing;
    const result = await this.#tools.deps.store.write([...this.#waiting, ...outcome]);
    if (result.ok) this.#waiting = [];
    return result.ok;
  }

  /** Stores what waits, and more. */
  rest(more: readonly Write[]): Promise<void> {
    const left = [...this.#waiting, ...more];
    this.#waiting = [];
    return this.#store(left);
  }

  /** Stores what vendors answered. A fact that somebody else stored first is left as it is. */
  async #store(facts: readonly Write[]): Promise<void> {
    const { store, log } = this.#tools.deps;
    let left = facts;
    while (left.length > 0) {
      const result = await store.write(left);
      if (result.ok) return;
      const missed = left[result.at];
      log.warn({ entity: missed?.op === 'remove' ? missed.id : missed?.record.id }, 'answer already stored');
      left = left.filter((_, at) => at !== result.at);
    }
  }
}
