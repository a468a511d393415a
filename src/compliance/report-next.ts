import type { Instant } from '../shared/clock.ts';
import { addDuration } from '../shared/duration.ts';
import { graceOf, type Evaluation } from './evaluation.ts';
import { floorTo, sliceLength } from './slices.ts';

/** The report of the period that runs, whose windows the terms speak of. */
export function isCurrent({ now, period, facts }: Evaluation): boolean {
  return now < period.until || (facts.ended !== undefined && facts.ended <= period.until);
}

/** The next report looks back to where an incident that still runs began. */
export function lookbackOf(evaluation: Evaluation): Instant {
  return evaluation.results.reduce(
    (earliest, result) =>
      result.incidents.reduce((from, each) => (each.until === undefined ? Math.min(from, each.from) : from), earliest),
    evaluation.period.until,
  );
}

/** An evaluation is never due at once, and rests five times as long as it took. */
const SHORTEST = 100;
const REST = 5;

/** Whole milliseconds until the next evaluation at the earliest, after one that took `cost`. */
export function restAfter(cost: number): number {
  return Math.ceil(Math.max(SHORTEST, REST * cost));
}

/** When something can change next; undefined: everything is complete. */
export function nextEvaluation(evaluation: Evaluation, notBefore: Instant): Instant | undefined {
  const { now, period, facts, levels } = evaluation;
  const grace = graceOf(levels);
  const times: Instant[] = [];
  const measuredUntil = Math.min(period.until, facts.ended ?? period.until);
  if (now < measuredUntil)
    for (const level of levels) {
      const slice = sliceLength(level);
      times.push(floorTo(now, slice) + slice);
    }
  levels.forEach((level, i) => {
    if ('rolling' in level.window) times.push(addDuration(period.until, level.settle));
    for (const window of evaluation.results[i]?.windows ?? [])
      if (!window.complete) times.push(addDuration(window.until, level.settle));
  });
  if (levels.length === 0 && now < period.until) times.push(period.until);
  const next = times.filter((time) => time > now);
  return next.length === 0 ? undefined : Math.max(Math.min(...next) + grace, notBefore);
}
