import { addDuration, fixedMilliseconds } from '../shared/duration.ts';
import type { Interval } from '../sla/document.ts';
import type { Level, Maintenance } from '../terms/level.ts';
import { ceilTo, floorTo, sliceLength, union } from './slices.ts';
import type { ExclusionFact } from './types.ts';
import { calendarSpans } from './windows.ts';

/** Reasons that hold only when approved, however they are announced. */
const NEEDS_APPROVAL = /force|majeure|customer|fault|attack|other/i;

/**
 * The times that exclusions take away, snapped outward to slices: what is approved, and planned
 * maintenance as far as notice was given in time and the allowance lasts, slice by slice in order
 * of time. What an allowance is charged with is the snapped time.
 */
export function heldExclusions(
  level: Pick<Level, 'id' | 'maintenance' | 'slice' | 'window'>,
  all: readonly ExclusionFact[],
): readonly Interval[] {
  const exclusions = all.filter((each) => each.levels === undefined || each.levels.includes(level.id));
  const slice = sliceLength(level);
  const approved = exclusions
    .filter((each) => each.state === 'approved' && each.until > each.from)
    .map((each) => ({ from: floorTo(each.from, slice), until: ceilTo(each.until, slice) }));
  const planned = level.maintenance === null ? [] : plannedInTime(level.maintenance, slice, exclusions);
  if (level.maintenance === null || planned.length === 0) return union(approved);
  const timezone = 'calendar' in level.window ? level.window.timezone : 'UTC';
  return union([...approved, ...withinAllowance(level.maintenance, slice, timezone, planned)]);
}

function plannedInTime(
  maintenance: Maintenance,
  slice: number,
  exclusions: readonly ExclusionFact[],
): readonly Interval[] {
  const eligible: Interval[] = [];
  for (const each of exclusions) {
    if (each.state !== 'planned' || each.announcedat === undefined || NEEDS_APPROVAL.test(each.reason ?? '')) continue;
    if (each.until <= each.from) continue;
    const inTime = addDuration(each.announcedat, maintenance.notice);
    // Notice is for the maintenance as announced, not for the slice that it is snapped to.
    const from = inTime <= each.from ? floorTo(each.from, slice) : ceilTo(inTime, slice);
    const until = ceilTo(each.until, slice);
    if (from < until) eligible.push({ from, until });
  }
  return union(eligible);
}

function withinAllowance(
  maintenance: Maintenance,
  slice: number,
  timezone: string,
  planned: readonly Interval[],
): readonly Interval[] {
  const allowed = Math.floor((fixedMilliseconds(maintenance.max) ?? 0) / slice);
  const left = new Map<number, number>();
  const held: Interval[] = [];
  for (const { from, until = from } of planned) {
    for (const period of calendarSpans(maintenance.per, timezone, from, until)) {
      const start = Math.max(from, period.from);
      const slices = Math.min((Math.min(until, period.until) - start) / slice, left.get(period.from) ?? allowed);
      left.set(period.from, (left.get(period.from) ?? allowed) - slices);
      if (slices > 0) held.push({ from: start, until: start + slices * slice });
    }
  }
  return held;
}
