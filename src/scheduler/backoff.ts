import type { EntityId } from '../shared/ids.ts';

const FIRST_MS = 1_000;
const LONGEST_MS = 5 * 60_000;

/** How long to wait after the n-th failure in a row (from 1): 1 s, 2 s, 4 s … 5 min. */
export function backoffMs(failures: number): number {
  return Math.min(FIRST_MS * 2 ** Math.min(failures - 1, 20), LONGEST_MS);
}

/** Failures in a row of each record. Kept in memory: after a restart every record gets a fresh first try. */
export class Failures {
  readonly #counts = new Map<EntityId, number>();

  add(id: EntityId): number {
    const count = (this.#counts.get(id) ?? 0) + 1;
    this.#counts.set(id, count);
    return count;
  }

  clear(id: EntityId): void {
    this.#counts.delete(id);
  }
}
