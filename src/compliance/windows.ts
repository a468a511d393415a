import { Temporal } from 'temporal-polyfill';
import { addDuration, fixedMilliseconds, parseInstant } from '../shared/duration.ts';
import type { Instant } from '../shared/clock.ts';
import { Unprocessable } from '../shared/errors.ts';
import type { Maintenance, Window } from '../terms/level.ts';
import { floorTo } from './slices.ts';

/** `[from, until)`. */
export interface Span {
  readonly from: Instant;
  readonly until: Instant;
}

type Unit = Maintenance['per'];

/** More windows than this in one answer is a mistake in the dates. */
const MOST_WINDOWS = 1_000_000;
/** About how long a unit is, in milliseconds; never longer than it really is by much. */
const ABOUT: Readonly<Record<Unit, number>> = {
  hour: 3_600_000,
  day: 86_400_000,
  week: 7 * 86_400_000,
  month: 30 * 86_400_000,
  quarter: 91 * 86_400_000,
  year: 365 * 86_400_000,
};

function refuseTooMany(windows: number): void {
  if (windows > MOST_WINDOWS)
    throw new Unprocessable(
      'too_many_windows',
      `${Math.ceil(windows)} windows are more than can be evaluated at once: take a shorter range`,
    );
}

/**
 * The windows of a level that overlap `[from, until)`, in order. A rolling one is answered once:
 * the one that ends at the last slice boundary that `now` has reached.
 */
export function windowsOf(window: Window, slice: number, from: Instant, until: Instant, now: Instant): readonly Span[] {
  if ('rolling' in window) {
    const end = floorTo(now, slice);
    return [{ from: end - (fixedMilliseconds(window.rolling) ?? 0), until: end }];
  }
  return 'calendar' in window
    ? calendarSpans(window.calendar, window.timezone, from, until)
    : anchoredSpans(parseInstant(window.anchor) ?? 0, window.every, from, until);
}

/** The calendar units of a time zone that overlap `[from, until)`. */
export function calendarSpans(unit: Unit, timezone: string, from: Instant, until: Instant): readonly Span[] {
  refuseTooMany((until - from) / ABOUT[unit]);
  const spans: Span[] = [];
  let start = beginOf(unit, Temporal.Instant.fromEpochMilliseconds(from).toZonedDateTimeISO(timezone));
  while (start.epochMilliseconds < until) {
    const next = nextOf(unit, start);
    spans.push({ from: start.epochMilliseconds, until: next.epochMilliseconds });
    start = next;
  }
  return spans;
}

function beginOf(unit: Unit, at: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  const day = at.startOfDay();
  switch (unit) {
    case 'hour':
      return at.round({ smallestUnit: 'hour', roundingMode: 'floor' });
    case 'day':
      return day;
    case 'week':
      return day.subtract({ days: day.dayOfWeek - 1 }).startOfDay();
    case 'month':
      return day.with({ day: 1 }).startOfDay();
    case 'quarter':
      return day.with({ day: 1, month: Math.floor((day.month - 1) / 3) * 3 + 1 }).startOfDay();
    case 'year':
      return day.with({ day: 1, month: 1 }).startOfDay();
  }
}

function nextOf(unit: Unit, start: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  switch (unit) {
    case 'hour':
      // An hour of the clock, which a change of the clock may shorten.
      return laterOf(start.add({ hours: 1 }).round({ smallestUnit: 'hour', roundingMode: 'floor' }), start);
    case 'day':
      return start.add({ days: 1 }).startOfDay();
    case 'week':
      return start.add({ weeks: 1 }).startOfDay();
    case 'month':
      return start.add({ months: 1 }).startOfDay();
    case 'quarter':
      return start.add({ months: 3 }).startOfDay();
    case 'year':
      return start.add({ years: 1 }).startOfDay();
  }
}

function laterOf(next: Temporal.ZonedDateTime, start: Temporal.ZonedDateTime): Temporal.ZonedDateTime {
  return next.epochMilliseconds > start.epochMilliseconds ? next : start.add({ hours: 1 });
}

/** Each boundary is computed from the anchor, so a 31st comes back after a shorter month. */
function anchoredSpans(anchor: Instant, every: string, from: Instant, until: Instant): readonly Span[] {
  const step = fixedMilliseconds(every) ?? addDuration(anchor, every) - anchor;
  refuseTooMany((until - from) / step);
  let n = Math.floor((from - anchor) / step) - 1;
  while (addDuration(anchor, every, n) > from) n--;
  while (addDuration(anchor, every, n + 1) <= from) n++;
  const spans: Span[] = [];
  for (let start = addDuration(anchor, every, n); start < until; n++) {
    const next = addDuration(anchor, every, n + 1);
    spans.push({ from: start, until: next });
    start = next;
  }
  return spans;
}
