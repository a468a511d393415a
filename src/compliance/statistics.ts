import { decimal, ZERO, type Decimal } from '../shared/decimal.ts';
import type { Comparison, Indicator, Statistic } from '../terms/level.ts';
import { satisfies } from '../terms/threshold.ts';

/** Room for the values of one slice, reused from slice to slice. */
export class Scratch {
  values = new Float64Array(64);
  count = 0;

  push(value: number): void {
    if (this.count === this.values.length) {
      const wider = new Float64Array(this.count * 2);
      wider.set(this.values);
      this.values = wider;
    }
    this.values[this.count++] = value;
  }
}

/** A statistic of the values and whether it satisfies the indicator. */
export interface Judged {
  readonly value: number;
  readonly good: boolean;
}

export type Judge = (scratch: Scratch) => Judged;

/**
 * How one slice's values are judged. Percentiles are by nearest rank over the raw values. Sums and
 * means that come near the threshold are taken again in exact decimals of the values as written,
 * so that 0.1 + 0.2 is 0.3.
 */
export function judgeOf(indicator: Pick<Indicator, 'statistic' | 'op' | 'value'>): Judge {
  const { statistic, op, value: threshold } = indicator;
  if (statistic === 'mean' || statistic === 'sum') return (scratch) => judgeSum(scratch, statistic, op, threshold);
  const compute = orderStatistic(statistic);
  return (scratch) => {
    const value = compute(scratch);
    return { value, good: satisfies(value, op, threshold) };
  };
}

function orderStatistic(statistic: Exclude<Statistic, 'mean' | 'sum'>): (scratch: Scratch) => number {
  switch (statistic) {
    case 'count':
      return (scratch) => scratch.count;
    case 'min':
      return (scratch) => extreme(scratch, (a, b) => a < b);
    case 'max':
      return (scratch) => extreme(scratch, (a, b) => a > b);
    default: {
      const rank = nearestRank(statistic);
      return (scratch) => {
        const sorted = scratch.values.subarray(0, scratch.count).sort();
        return sorted[rank(scratch.count) - 1] ?? Number.NaN;
      };
    }
  }
}

function extreme(scratch: Scratch, better: (a: number, b: number) => boolean): number {
  let found = scratch.values[0] ?? Number.NaN;
  for (let i = 1; i < scratch.count; i++) {
    const value = scratch.values[i] ?? Number.NaN;
    if (better(value, found)) found = value;
  }
  return found;
}

/** Nearest rank, from 1: the least rank that covers the share. In whole numbers, so that p99.9 of 1000 is the 999th. */
export function nearestRank(percentile: `p${number}`): (count: number) => number {
  const text = percentile.slice(1);
  const decimals = text.includes('.') ? text.length - text.indexOf('.') - 1 : 0;
  const scale = 10 ** decimals;
  const numerator = Math.round(Number(text) * scale);
  return (count) => Math.max(1, Math.ceil((numerator * count) / (100 * scale)));
}

const NEAR = 1e-9;

function judgeSum(scratch: Scratch, statistic: 'mean' | 'sum', op: Comparison, threshold: number): Judged {
  let total = 0;
  let size = 0;
  for (let i = 0; i < scratch.count; i++) {
    const value = scratch.values[i] ?? 0;
    total += value;
    size += Math.abs(value);
  }
  const divisor = statistic === 'mean' ? scratch.count : 1;
  const rough = total / divisor;
  const good = satisfies(rough, op, threshold);
  if (good && Math.abs(total - threshold * divisor) > NEAR * Math.max(size, Math.abs(threshold * divisor)))
    return { value: rough, good };
  let sum: Decimal = ZERO;
  for (let i = 0; i < scratch.count; i++) sum = sum.plus(decimal(scratch.values[i] ?? 0));
  const value = Number(sum.div(divisor).toString());
  // Compared without dividing: a third has no end in decimals.
  const order = sum.cmp(decimal(threshold).times(divisor));
  return { value, good: satisfies(order, op, 0) };
}
