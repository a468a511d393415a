import type { SampleBlock } from '../archive/store.ts';
import type { Interval } from '../sla/document.ts';
import type { Indicator } from '../terms/level.ts';
import { touched } from './slices.ts';
import { judgeOf, Scratch } from './statistics.ts';
import { ABSENT, BAD, GOOD, UNMEASURED, type Grid } from './types.ts';

/** One instance after step 3: a label a slice, and the worst bad statistic of the slices that have one. */
export interface Measured {
  readonly labels: Uint8Array;
  readonly worst: Map<number, number>;
}

export function emptyMeasured(count: number): Measured {
  return { labels: new Uint8Array(count), worst: new Map() };
}

/**
 * Steps 2 and 3 for one instance, written into `into`: each vantage by itself, then together by
 * quorum. `vantages` holds one block for each of the indicator's vantages, in time order.
 */
export function measureInstance(
  vantages: readonly (SampleBlock | undefined)[],
  grid: Grid,
  indicator: Indicator,
  outages: readonly Interval[],
  into: Measured,
): void {
  const each = vantages.map((block) => measureVantage(block, grid, indicator, into.worst));
  for (const outage of outages) {
    const range = touched(grid, outage);
    for (const labels of each) labels.fill(UNMEASURED, range.first, range.end);
    for (let i = range.first; i < range.end; i++) into.worst.delete(i);
  }
  combineVantages(each, indicator.quorum, into.labels);
}

/** Step 2: no row, unmeasured; fewer values than wanted, absent; otherwise the statistic decides. */
function measureVantage(
  block: SampleBlock | undefined,
  grid: Grid,
  indicator: Indicator,
  worst: Map<number, number>,
): Uint8Array {
  const labels = new Uint8Array(grid.count);
  if (block === undefined) return labels;
  const judge = judgeOf(indicator);
  const scratch = new Scratch();
  const { times, values } = block;
  let i = firstAt(times, grid.from);
  while (i < times.length) {
    const slice = Math.floor(((times[i] ?? 0) - grid.from) / grid.slice);
    if (slice >= grid.count) break;
    const end = grid.from + (slice + 1) * grid.slice;
    scratch.count = 0;
    for (; i < times.length && (times[i] ?? 0) < end; i++) {
      const value = values[i] ?? Number.NaN;
      if (!Number.isNaN(value)) scratch.push(value);
    }
    if (scratch.count < indicator.minsamples) {
      labels[slice] = ABSENT;
      continue;
    }
    const judged = judge(scratch);
    labels[slice] = judged.good ? GOOD : BAD;
    if (!judged.good) noteWorst(worst, slice, judged.value, indicator.value);
  }
  return labels;
}

function noteWorst(worst: Map<number, number>, slice: number, value: number, threshold: number): void {
  const known = worst.get(slice);
  if (known === undefined || Math.abs(value - threshold) > Math.abs(known - threshold)) worst.set(slice, value);
}

/** Index of the first time that is not before `at`. */
function firstAt(times: Float64Array, at: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Step 3: good if enough are good; else the kindest that the others could still make true. */
export function combineVantages(each: readonly Uint8Array[], quorum: number, into: Uint8Array): void {
  const only = each.length === 1 && quorum === 1 ? each[0] : undefined;
  if (only !== undefined) {
    into.set(only);
    return;
  }
  for (let i = 0; i < into.length; i++) {
    let good = 0;
    let unmeasured = 0;
    let absent = 0;
    for (const labels of each) {
      const label = labels[i];
      if (label === GOOD) good++;
      else if (label === UNMEASURED) unmeasured++;
      else if (label === ABSENT) absent++;
    }
    if (good >= quorum) into[i] = GOOD;
    else if (good + unmeasured >= quorum) into[i] = UNMEASURED;
    else if (good + unmeasured + absent >= quorum) into[i] = ABSENT;
    else into[i] = BAD;
  }
}
