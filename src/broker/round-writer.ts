import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Write } from '../occi/store.ts';
import type { EntityId, VendorId } from '../shared/ids.ts';
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
    this.#writing = Promise.all([this.#writing, ...pieces(writes).map((piece) => this.#store(piece, followed))]);
    this.#writing.catch((error: unknown) => {
      this.#tools.deps.log.error({ cfp: this.#cfp, err: error }, 'answers not stored');
    });
  }

  /** Before the outcome is worked out: where there is much, the store begins with it meanwhile, from the next turn on. */
  prepare(): Promise<void> | undefined {
    if (this.#waiting.length < APART) return undefined;
    this.write(true);
    return nextTurn();
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

/** All of a vendor's proposals stand in one piece: after a crash it has proposed all of them, or is asked again. */
function pieces(writes: readonly Write[]): readonly (readonly Write[])[] {
  const found: (readonly Write[])[] = [];
  let from = 0;
  while (from < writes.length) {
    let to = Math.min(from + TOGETHER, writes.length);
    while (to < writes.length && vendorOf(writes[to]) === vendorOf(writes[to - 1])) to += 1;
    found.push(writes.slice(from, to));
    from = to;
  }
  return found;
}

function vendorOf(write: Write | undefined): VendorId | undefined {
  return write === undefined || write.op === 'remove' ? undefined : write.record.vendor;
}
