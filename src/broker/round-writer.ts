import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Write } from '../occi/store.ts';
import type { EntityId } from '../shared/ids.ts';
import type { BrokerTools } from './tools.ts';

/** So many answers are stored by themselves while they are ranked, and not with the outcome. */
const APART = 256;

/** Answers that are handed to the store in one piece: larger texts are moved about more slowly. */
const TOGETHER = 400;

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

  /** @param followed something else is written at once */
  write(followed = false): void {
    const writes = this.#waiting;
    if (writes.length === 0) return;
    this.#waiting = [];
    const under = [this.#writing];
    for (let at = 0; at < writes.length; at += TOGETHER)
      under.push(this.#store(writes.slice(at, at + TOGETHER), followed));
    this.#writing = Promise.all(under);
    this.#writing.catch((error: unknown) => {
      this.#tools.deps.log.error({ cfp: this.#cfp, err: error }, 'answers not stored');
    });
  }

  /** Before the outcome is worked out: where there is much, the store begins with it meanwhile. */
  async prepare(): Promise<void> {
    if (this.#waiting.length < APART) return;
    this.write(true);
    await nextTurn();
  }

  /**
   * Stores the outcome with all that waits; false: the call has changed in between, and what waits
   * still does. The store keeps to the order: the outcome is never there without the answers before it.
   */
  async finish(outcome: readonly Write[]): Promise<boolean> {
    const closing = this.#tools.deps.store.write([...this.#waiting, ...outcome]);
    const [result] = await Promise.all([closing, this.#writing]);
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
  async #store(facts: readonly Write[], followed = false): Promise<void> {
    const { store, log } = this.#tools.deps;
    let left = facts;
    while (left.length > 0) {
      const result = await store.write(left, { followed });
      if (result.ok) return;
      const missed = left[result.at];
      log.warn({ entity: missed?.op === 'remove' ? missed.id : missed?.record.id }, 'answer already stored');
      left = left.filter((_, at) => at !== result.at);
    }
  }
}
