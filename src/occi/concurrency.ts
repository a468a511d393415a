import { Conflict } from '../shared/errors.ts';
import type { EntityStore, Write } from './store.ts';

/**
 * A write missed because somebody else changed the entity in between. Behaviours may throw it: the engine
 * then reads again and repeats the request a few times, unless the client pinned a revision by If-Match or
 * something was written already.
 */
export class ConcurrentChange extends Conflict {
  constructor(message = 'The entity was changed by somebody else at the same moment') {
    super('changed', message);
  }
}

/** Writes, or throws `ConcurrentChange` when compare-and-set missed. For behaviours' actions. */
export async function writeOrRetry(store: EntityStore, writes: readonly Write[]): Promise<void> {
  const result = await store.write(writes);
  if (!result.ok) throw new ConcurrentChange();
}
