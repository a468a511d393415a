import type { Due, EntityRecord } from '../occi/entity.ts';
import type { Instant } from '../shared/clock.ts';
import { parseInstant } from '../shared/duration.ts';
import { keptOf } from './kept.ts';
import { slaAttr } from './names.ts';

/** When an SLA in force has to be looked at although nothing happens: at its end, or when its resources are taken back. */
export function restingDue(record: EntityRecord): Due | null {
  const times = [parseInstant(record.attributes[slaAttr.effectiveUntil]), keptOf(record).reclaim?.deadline].filter(
    (at): at is Instant => at !== undefined,
  );
  return times.length === 0 ? null : { at: Math.min(...times), action: 'advance' };
}
