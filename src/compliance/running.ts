import type { Suspension } from '../sla/document.ts';
import { touched } from './slices.ts';
import { BAD, OUT, type Grid, type Stop } from './types.ts';

/**
 * Step 5, in place: a slice is out where the customer had stopped the instance, or where a
 * suspension that the customer ordered or the agreement lists touches it; one that any other
 * suspension by the vendor touches is bad.
 */
export function applyRunning(
  labels: Uint8Array,
  grid: Grid,
  instance: string,
  stopped: readonly Stop[],
  suspended: readonly Suspension[],
): void {
  const fill = (label: number, interval: Suspension | Stop): void => {
    const range = touched(grid, interval);
    labels.fill(label, range.first, range.end);
  };
  const excusedBy = (each: Suspension): boolean => each.by === 'customer' || each.listed;
  for (const each of suspended) if (!excusedBy(each)) fill(BAD, each);
  for (const each of suspended) if (excusedBy(each)) fill(OUT, each);
  for (const each of stopped) if (each.instance === instance) fill(OUT, each);
}
