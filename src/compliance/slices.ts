import { fixedMilliseconds } from '../shared/duration.ts';
import type { Instant } from '../shared/clock.ts';
import { Unprocessable } from '../shared/errors.ts';
import type { Interval } from '../sla/document.ts';
import type { Level } from '../terms/level.ts';
import type { Grid } from './types.ts';

/** More slices than this in one evaluation is a mistake in the dates. */
const MOST_SLICES = 100_000_000;

/** Length of a level's slices in milliseconds. */
export function sliceLength(level: Pick<Level, 'slice'>): number {
  const ms = fixedMilliseconds(level.slice);
  if (ms === undefined) throw new RangeError(`slice ${level.slice} has no fixed length`);
  return ms;
}

/** Slices divide a day, so the grid that begins at the epoch is the one that begins at each UTC midnight. */
export function floorTo(at: Instant, slice: number): Instant {
  return Math.floor(at / slice) * slice;
}

export function ceilTo(at: Instant, slice: number): Instant {
  return Math.ceil(at / slice) * slice;
}

/** The slices from the one that holds `from` until the last that has ended at `until`. */
export function gridBetween(from: Instant, until: Instant, slice: number): Grid {
  const start = floorTo(from, slice);
  const count = Math.max(0, Math.floor((until - start) / slice));
  if (count > MOST_SLICES)
    throw new Unprocessable('too_many_slices', `${count} slices are more than can be evaluated at once`);
  return { from: start, slice, count };
}

/** Half-open range of indexes. */
export interface Range {
  readonly first: number;
  readonly end: number;
}

const NONE: Range = { first: 0, end: 0 };

/** The slices that an interval touches, if only for a moment. */
export function touched(grid: Grid, interval: Interval): Range {
  const until = interval.until ?? Number.POSITIVE_INFINITY;
  if (until <= interval.from) return NONE;
  return clip(grid, Math.floor((interval.from - grid.from) / grid.slice), Math.ceil((until - grid.from) / grid.slice));
}

/** The slices that lie wholly in an interval. */
export function within(grid: Grid, interval: Interval): Range {
  const until = interval.until ?? Number.POSITIVE_INFINITY;
  return clip(grid, Math.ceil((interval.from - grid.from) / grid.slice), Math.floor((until - grid.from) / grid.slice));
}

function clip(grid: Grid, first: number, end: number): Range {
  const from = Math.max(0, first);
  const until = Math.min(grid.count, end);
  return until <= from ? NONE : { first: from, end: until };
}

/** Intervals in order, those that overlap or meet joined. */
export function union(intervals: readonly Interval[]): readonly Interval[] {
  const sorted = intervals
    .filter((each) => each.until === undefined || each.until > each.from)
    .toSorted((a, b) => a.from - b.from);
  const joined: Interval[] = [];
  for (const each of sorted) {
    const last = joined.at(-1);
    if (last === undefined || (last.until !== undefined && each.from > last.until)) joined.push(each);
    else if (last.until !== undefined && (each.until === undefined || each.until > last.until))
      joined[joined.length - 1] =
        each.until === undefined ? { from: last.from } : { from: last.from, until: each.until };
  }
  return joined;
}

/** One byte a slice: 1 where it lies wholly in one of the intervals (which are joined first). */
export function flagsWithin(grid: Grid, intervals: readonly Interval[]): Uint8Array {
  const flags = new Uint8Array(grid.count);
  for (const interval of union(intervals)) {
    const range = within(grid, interval);
    flags.fill(1, range.first, range.end);
  }
  return flags;
}
