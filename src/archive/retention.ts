import type { Clock, Instant } from '../shared/clock.ts';
import type { SampleStore } from './store.ts';

export interface RetentionDeps {
  readonly store: SampleStore;
  readonly clock: Clock;
  /** How long raw samples are kept. Default 400 days: a year's window, its settling and its disputes. */
  readonly keepMs?: number;
  /** The earliest instant from which samples are still needed, such as the start of the oldest window that is not final. */
  readonly neededFrom?: () => Promise<Instant | undefined>;
}

/** Deletes raw samples that are too old, and that nothing stands on any more. Rollups stay. Answers how many went. */
export function createRetention(deps: RetentionDeps): () => Promise<number> {
  const keepMs = deps.keepMs ?? 400 * 24 * 3600 * 1000;
  return async () => {
    const needed = (await deps.neededFrom?.()) ?? Infinity;
    return deps.store.deleteBefore(Math.min(deps.clock.now() - keepMs, needed));
  };
}
