import type { Instant } from '../shared/clock.ts';
import type { Rollup, SampleBlock } from './store.ts';

export const STEP_MS = { minute: 60_000, hour: 3_600_000 } as const;

/**
 * What each UTC minute or hour of a block comes to; steps without a sample are left out. `sum` is
 * over the values in order of time. Steps in which every try gave nothing have `min` and `max` NaN.
 */
export function rollUp(block: SampleBlock, step: keyof typeof STEP_MS): Rollup[] {
  const length = STEP_MS[step];
  const rollups: { -readonly [Name in keyof Rollup]: Rollup[Name] }[] = [];
  let current: (typeof rollups)[number] | undefined;
  for (let index = 0; index < block.times.length; index += 1) {
    const at: Instant = block.times[index] ?? NaN;
    const value = block.values[index] ?? NaN;
    const from = Math.floor(at / length) * length;
    if (current?.from !== from) {
      current = { from, count: 0, absent: 0, sum: 0, min: NaN, max: NaN };
      rollups.push(current);
    }
    if (Number.isNaN(value)) {
      current.absent += 1;
      continue;
    }
    current.sum += value;
    current.min = current.count === 0 ? value : Math.min(current.min, value);
    current.max = current.count === 0 ? value : Math.max(current.max, value);
    current.count += 1;
  }
  return rollups;
}
