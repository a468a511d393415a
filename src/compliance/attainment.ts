import type { Instant } from '../shared/clock.ts';
import type { Interval } from '../sla/document.ts';
import type { Level } from '../terms/level.ts';
import { BILLION, exactBillionths } from '../terms/shares.ts';
import { touched, union, within } from './slices.ts';
import { BAD, GOOD, OUT, UNMEASURED, type Grid, type WindowResult, type WindowState } from './types.ts';
import type { Span } from './windows.ts';

/** What steps 8 to 10 look at beside the labels of one series. */
export interface Counting {
  readonly grid: Grid;
  /** 1: the slice lies wholly in force. */
  readonly inforce: Uint8Array;
  /** 1: an exclusion that holds touches it. */
  readonly excluded: Uint8Array;
  readonly times: { readonly inforce: readonly Interval[]; readonly agreedend: Instant | undefined };
  readonly now: Instant;
  /** When the figures of a window that ends at `until` are settled. */
  readonly settled: (until: Instant) => Instant;
}

const ONE = BigInt(BILLION);

/** `good / counted` is at least the target, in big integers. */
export function isMet(good: number, counted: number, target: number): boolean {
  return BigInt(good) * ONE >= exactBillionths(target) * BigInt(counted);
}

/** Bad slices beyond what the target leaves of the planned ones. */
function exceeds(bad: number, planned: number, target: number): boolean {
  return BigInt(bad) * ONE > (ONE - exactBillionths(target)) * BigInt(planned);
}

/** A share as a decimal string of nine places, rounded down; null of nothing. */
export function shareText(part: number, whole: number): string | null {
  if (whole === 0) return null;
  const digits = ((BigInt(part) * ONE) / BigInt(whole)).toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/**
 * Slices of a window that the target is a share of: all, or those in force until the agreed end. Of
 * a rolling window it is always all of them, also while the agreement is younger than the window.
 */
export function plannedSlices(
  level: Pick<Level, 'count' | 'window'>,
  span: Span,
  slice: number,
  times: Counting['times'],
): number {
  const grid: Grid = { from: span.from, slice, count: Math.round((span.until - span.from) / slice) };
  if (level.count === 'window' || 'rolling' in level.window) return grid.count;
  const end = times.agreedend ?? Number.POSITIVE_INFINITY;
  const clipped = times.inforce.map((each) => ({
    from: each.from,
    until: Math.min(each.until ?? Number.POSITIVE_INFINITY, end),
  }));
  return union(clipped).reduce((count, interval) => {
    const range = within(grid, interval);
    return count + range.end - range.first;
  }, 0);
}

/** Steps 8 to 10 for one window of one series; the credit comes after. */
export function countWindow(
  level: Level,
  index: string,
  labels: Uint8Array,
  span: Span,
  counting: Counting,
): WindowResult {
  const { grid } = counting;
  const planned = plannedSlices(level, span, grid.slice, counting.times);
  const range = touched(grid, span);
  // Bad slices may come to this many before the window is violated.
  const most = Number(((ONE - exactBillionths(level.target)) * BigInt(planned)) / ONE);
  let good = 0;
  let bad = 0;
  let unmeasured = 0;
  let excluded = 0;
  let tip = -1;
  for (let i = range.first; i < range.end; i++) {
    if (counting.inforce[i] === 0) continue;
    if (counting.excluded[i] === 1) {
      excluded++;
      continue;
    }
    const label = labels[i];
    if (label === GOOD) good++;
    else if (label === UNMEASURED) unmeasured++;
    else if (label === BAD && ++bad > most && tip < 0) tip = i;
    else if (label !== BAD && label !== OUT) throw new RangeError('a slice has no verdict');
  }
  const measured = good + bad;
  const slices = Math.round((span.until - span.from) / grid.slice);
  const counted = level.count === 'window' ? slices : measured;
  const credited = counted - bad;
  const rolling = 'rolling' in level.window;
  const end = counting.settled(span.until);
  const complete = !rolling && end <= counting.now;
  const tipped = exceeds(bad, planned, level.target);
  const covered =
    BigInt(measured) * ONE >= exactBillionths(level.mincoverage) * BigInt(measured + unmeasured) &&
    measured + unmeasured > 0;
  let state: WindowState;
  let violatedat: Instant | undefined;
  if (tipped) {
    state = 'violated';
    violatedat = grid.from + (tip + 1) * grid.slice;
  } else if (complete && covered && counted > 0 && !isMet(credited, counted, level.target)) {
    state = 'violated';
    violatedat = end;
  } else state = measured === 0 || (complete && !covered) ? 'undefined' : 'fulfilled';
  return {
    index, from: span.from, until: span.until, good: credited, bad, counted, measured, unmeasured, excluded, planned,
    state, violatedat, complete, credit: undefined,
  }; // prettier-ignore
}
