import type { Instant } from '../shared/clock.ts';
import type { ResourceInternal } from './backend.ts';

type Stopped = NonNullable<ResourceInternal['stopped']>;

/** Actions by which a customer takes an instance out of what it is measured for (levels.md step 5). */
const ENDS = new Set(['stop', 'suspend', 'down', 'offline']);
const BEGINS = new Set(['start', 'restart', 'up', 'online']);

/**
 * The times in which the customer had stopped the instance, after an action that began at `from` and was
 * done at `until`: a stop counts from when it was asked for, a start until it is done.
 */
export function stoppedAfter(stopped: Stopped, term: string, from: Instant, until: Instant): Stopped {
  const last = stopped.at(-1);
  const open = last !== undefined && last.until === undefined;
  if (ENDS.has(term) && !open) return [...stopped, { from }];
  if (BEGINS.has(term) && open) return [...stopped.slice(0, -1), { ...last, until }];
  return stopped;
}
