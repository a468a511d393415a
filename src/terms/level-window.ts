import { Temporal } from 'temporal-polyfill';
import { fixedMilliseconds, parseInstant } from '../shared/duration.ts';
import type { Fields } from './level-fields.ts';
import type { Window } from './level.ts';

const DAY = 86_400_000;
const UNITS = ['hour', 'day', 'week', 'month', 'quarter', 'year'] as const;
/** Offsets of a time zone are looked at over these years: agreements neither begin earlier nor last longer. */
const FIRST_YEAR = '2020-01-01T00:00:00Z';
const LAST_YEAR = Date.UTC(2045, 0, 1);

/** Reads a window and checks that its boundaries fall on slices (levels, window). `slice` is in milliseconds. */
export function readWindow(fields: Fields, slice: number | undefined): Window | undefined {
  fields.only(['calendar', 'timezone', 'anchor', 'every', 'rolling']);
  const given = ['calendar', 'anchor', 'rolling'].filter((name) => fields.has(name));
  if (given.length !== 1) {
    fields.problems.malformed(
      fields.path,
      'window_unclear',
      'a window has one of calendar, anchor (with every), rolling',
      'such as { "calendar": "month", "timezone": "UTC" }',
    );
    return undefined;
  }
  if (given[0] !== 'anchor' && fields.has('every'))
    fields.problems.malformed(fields.at('every'), 'member_unknown', 'every goes with anchor only');
  if (given[0] !== 'calendar' && fields.has('timezone'))
    fields.problems.malformed(fields.at('timezone'), 'member_unknown', 'timezone goes with calendar only');
  if (given[0] === 'calendar') return readCalendar(fields, slice);
  return given[0] === 'anchor' ? readAnchor(fields, slice) : readRolling(fields, slice);
}

function readCalendar(fields: Fields, slice: number | undefined): Window | undefined {
  const calendar = fields.oneOf('calendar', UNITS, 'month');
  const timezone = fields.text('timezone') ?? 'UTC';
  const offsets = offsetsOf(timezone);
  if (offsets === undefined) {
    fields.problems.nonsense(fields.at('timezone'), 'timezone_unknown', `there is no time zone ${timezone}`);
    return undefined;
  }
  const unit = calendar === 'hour' ? DAY / 24 : DAY;
  if (slice !== undefined && (unit % slice !== 0 || offsets.some((offset) => offset % slice !== 0))) {
    offSlices(fields, `${calendar} windows in ${timezone}`);
    return undefined;
  }
  return { calendar, timezone };
}

function readAnchor(fields: Fields, slice: number | undefined): Window | undefined {
  const text = fields.text('anchor');
  const anchor = parseInstant(text);
  fields.need('every', 'how long each window lasts');
  const every = fields.duration('every');
  if (text !== undefined && anchor === undefined)
    fields.problems.malformed(fields.at('anchor'), 'instant_invalid', 'anchor must be an ISO 8601 instant with offset');
  if (text === undefined || anchor === undefined || every === undefined) return undefined;
  if (every.ms !== undefined && every.ms <= 0) {
    fields.problems.nonsense(fields.at('every'), 'duration_short', 'a window must last');
    return undefined;
  }
  if (slice !== undefined && (anchor % slice !== 0 || timeOfDay(every.text) % slice !== 0)) {
    offSlices(fields, 'windows that begin at the anchor');
    return undefined;
  }
  return { anchor: text, every: every.text };
}

function readRolling(fields: Fields, slice: number | undefined): Window | undefined {
  const rolling = fields.fixed('rolling', 1000);
  if (rolling === undefined) return undefined;
  if (rolling.ms % 1000 !== 0) {
    fields.problems.nonsense(
      fields.at('rolling'),
      'window_fraction',
      'a rolling window lasts whole seconds, minutes, hours or days',
    );
    return undefined;
  }
  if (slice !== undefined && rolling.ms % slice !== 0) {
    offSlices(fields, `a rolling window of ${rolling.text}`);
    return undefined;
  }
  return { rolling: rolling.text };
}

function offSlices(fields: Fields, what: string): undefined {
  fields.problems.nonsense(
    fields.path,
    'window_off_slices',
    `boundaries of ${what} do not fall on slices`,
    'take a shorter slice, or a window of whole slices',
  );
}

/** What a duration holds beyond whole days, months and years: those keep the time of day. */
function timeOfDay(duration: string): number {
  const { hours, minutes, seconds, milliseconds } = Temporal.Duration.from(duration);
  return fixedMilliseconds(Temporal.Duration.from({ hours, minutes, seconds, milliseconds }).toString()) as number;
}

const known = new Map<string, readonly number[] | null>();

/** Every offset from UTC, in milliseconds, that a time zone has over the years; undefined: no such zone. */
function offsetsOf(timezone: string): readonly number[] | undefined {
  let offsets = known.get(timezone);
  if (offsets === undefined) {
    offsets = computeOffsets(timezone) ?? null;
    if (known.size < 1000) known.set(timezone, offsets);
  }
  return offsets ?? undefined;
}

function computeOffsets(timezone: string): readonly number[] | undefined {
  let at: Temporal.ZonedDateTime | null;
  try {
    at = Temporal.Instant.from(FIRST_YEAR).toZonedDateTimeISO(timezone);
  } catch {
    return undefined;
  }
  const offsets = new Set<number>();
  while (at !== null && at.epochMilliseconds < LAST_YEAR) {
    offsets.add(at.offsetNanoseconds / 1_000_000);
    at = at.getTimeZoneTransition('next');
  }
  return [...offsets];
}
