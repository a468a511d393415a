import { Temporal } from 'temporal-polyfill';
import type { Instant } from './clock.ts';

const ISO_INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})$/;
/** No part is longer than three thousand years, so that what is added to a date of today is a date. */
const ISO_DURATION =
  /^P(?=\d|T\d)(?:\d{1,3}Y)?(?:\d{1,4}M)?(?:\d{1,5}W)?(?:\d{1,6}D)?(?:T(?=\d)(?:\d{1,7}H)?(?:\d{1,9}M)?(?:\d{1,10}(?:\.\d{1,3})?S)?)?$/;

/** An ISO 8601 duration without sign, kept as written: `P1M` is a calendar month, not 30 days. */
export type IsoDuration = string;

export function isIsoDuration(text: unknown): text is IsoDuration {
  return typeof text === 'string' && text.length <= 40 && ISO_DURATION.test(text);
}

/** An ISO 8601 instant with offset; undefined if the text is not one. */
export function parseInstant(text: unknown): Instant | undefined {
  if (typeof text !== 'string' || !ISO_INSTANT.test(text)) return undefined;
  const at = Date.parse(text);
  const day = Number(text.slice(8, 10));
  return Number.isNaN(at) || (day > 28 && day > daysOf(text)) ? undefined : at;
}

/** `Date.parse` takes the 30th of February for the 2nd of March. */
function daysOf(text: string): number {
  return new Date(Date.UTC(Number(text.slice(0, 4)), Number(text.slice(5, 7)), 0)).getUTCDate();
}

const MOST_PARSED = 1000;
const parsedDurations = new Map<IsoDuration, Temporal.Duration>();

/** The same few durations are read over and over: each is parsed once. */
function parse(duration: IsoDuration): Temporal.Duration {
  const known = parsedDurations.get(duration);
  if (known !== undefined) return known;
  const parsed = Temporal.Duration.from(duration);
  if (parsedDurations.size >= MOST_PARSED) parsedDurations.clear();
  parsedDurations.set(duration, parsed);
  return parsed;
}

/** Whole milliseconds of a duration of fixed length; undefined where it has months or years. */
export function fixedMilliseconds(duration: IsoDuration): number | undefined {
  const parsed = parse(duration);
  if (parsed.years !== 0 || parsed.months !== 0) return undefined;
  return (
    ((parsed.weeks * 7 + parsed.days) * 86_400 + parsed.hours * 3600 + parsed.minutes * 60 + parsed.seconds) * 1000 +
    parsed.milliseconds
  );
}

/** `at` plus `times` durations on the calendar of `timezone`, clamped to the month's end. */
export function addDuration(at: Instant, duration: IsoDuration, times = 1, timezone = 'UTC'): Instant {
  const fixed = fixedMilliseconds(duration);
  if (fixed !== undefined && timezone === 'UTC') return at + fixed * times;
  const parsed = parse(duration);
  const scaled = Temporal.Duration.from({
    years: parsed.years * times,
    months: parsed.months * times,
    weeks: parsed.weeks * times,
    days: parsed.days * times,
    hours: parsed.hours * times,
    minutes: parsed.minutes * times,
    seconds: parsed.seconds * times,
    milliseconds: parsed.milliseconds * times,
  });
  return Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(timezone).add(scaled, { overflow: 'constrain' })
    .epochMilliseconds;
}

/** Nominal months of a duration: 12 a year, 12/365 a day, as [numerator, denominator] (api.md, Money). */
export function nominalMonths(duration: IsoDuration): readonly [numerator: number, denominator: number] {
  const parsed = parse(duration);
  const seconds =
    (parsed.weeks * 7 + parsed.days) * 86_400 + parsed.hours * 3600 + parsed.minutes * 60 + parsed.seconds;
  const perDay = 365 * 86_400;
  return [(parsed.years * 12 + parsed.months) * perDay + seconds * 12, perDay];
}
