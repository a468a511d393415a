import type { Scope } from '../terms/level.ts';
import { BAD, GOOD, OUT, UNMEASURED } from './types.ts';

/**
 * Step 6 for scopes other than `each`: the instances together, leaving out those that are out.
 * Fewer left than must be good: out.
 */
export function combineScope(each: readonly Uint8Array[], scope: Exclude<Scope, 'each'>, count: number): Uint8Array {
  const combined = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    let good = 0;
    let unmeasured = 0;
    let left = 0;
    for (const labels of each) {
      const label = labels[i];
      if (label === OUT) continue;
      left++;
      if (label === GOOD) good++;
      else if (label === UNMEASURED) unmeasured++;
    }
    const needed = scope === 'all' ? left : scope === 'any' ? 1 : scope.atleast;
    if (left === 0 || left < needed) combined[i] = OUT;
    else if (good >= needed) combined[i] = GOOD;
    else if (good + unmeasured >= needed) combined[i] = UNMEASURED;
    else combined[i] = BAD;
  }
  return combined;
}
