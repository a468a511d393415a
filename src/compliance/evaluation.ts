import type { EntityRecord } from '../occi/entity.ts';
import type { Instant } from '../shared/clock.ts';
import { fixedMilliseconds, isIsoDuration, parseInstant } from '../shared/duration.ts';
import type { Level } from '../terms/level.ts';
import { judgeLevel } from './evaluate.ts';
import { contextOf, readFacts, type SlaFacts } from './facts.ts';
import { measureLevels, type LiveReport, type Reader } from './live.ts';
import { reportAttr } from './names.ts';
import { judgedLevel, type ReportedLevel } from './report-json.ts';
import type { EvaluationContext, LevelResult } from './types.ts';
import type { EntityStore } from '../occi/store.ts';

/** `EntityRecord.internal` of a report. */
export interface ReportInternal {
  readonly since: Instant;
  /** The whole document, once it is provisional. */
  readonly frozen?: object;
  readonly previous?: readonly object[];
}

/** The whole of one report computed at one moment. */
export interface Evaluation {
  readonly facts: SlaFacts;
  readonly definitions: readonly ReportedLevel[];
  /** As judged: without a remedy where nobody committed. */
  readonly levels: readonly Level[];
  readonly context: EvaluationContext;
  readonly results: readonly LevelResult[];
  readonly period: { readonly from: Instant; readonly until: Instant };
  readonly now: Instant;
}

export function periodOf(report: EntityRecord): { readonly from: Instant; readonly until: Instant } {
  return {
    from: parseInstant(report.attributes[reportAttr.from]) ?? report.created,
    until: parseInstant(report.attributes[reportAttr.until]) ?? Number.POSITIVE_INFINITY,
  };
}

const USUAL_GRACE = 1000;
const LONGEST_GRACE = 10_000;

/** How long after its end a slice may still get its samples: the longest probe, and the way to the archive. */
export function graceOf(levels: readonly Level[]): number {
  return levels.reduce((grace, { indicator }) => {
    const { timeout } = indicator.probe;
    const ms = isIsoDuration(timeout) ? fixedMilliseconds(timeout) : undefined;
    return Math.max(grace, Math.min(LONGEST_GRACE, (ms ?? 0) + USUAL_GRACE));
  }, USUAL_GRACE);
}

/**
 * Evaluates every level of a report as of `clock - grace`. `full` reads everything again, and not
 * only what has come since the last time.
 */
export async function evaluateReport(
  report: EntityRecord,
  sla: EntityRecord,
  live: LiveReport,
  clock: Instant,
  recheck: number,
  full: boolean,
  deps: Reader & { readonly store: EntityStore },
): Promise<Evaluation> {
  const facts = await readFacts(deps.store, sla);
  const definitions: readonly ReportedLevel[] = facts.document.levels.map(({ level, committed }) => ({
    level,
    committed,
  }));
  const levels = definitions.map(judgedLevel);
  const now = clock - graceOf(levels);
  const period = periodOf(report);
  const end = Math.min(period.until, facts.ended ?? period.until);
  const context = contextOf(facts, { from: period.from, until: end }, now);
  const from = full ? live.since : Math.max(live.since, Math.min(live.through, now) - recheck);
  const grids = await measureLevels(live, levels, sla, context.instances, from, now, deps);
  if (full) live.reread = clock;
  const results = levels.map((level, i) => {
    const grid = grids[i];
    const measured = live.levels.get(level.id);
    if (grid === undefined || measured === undefined) throw new RangeError(`level ${level.id} was not measured`);
    return judgeLevel(level, measured, grid, context);
  });
  return { facts, definitions, levels, context, results, period: { from: period.from, until: end }, now };
}

/** Is a window of the evaluation complete now that was not at the time before? Then everything is read again. */
export function completesBetween(evaluation: Evaluation, before: Instant): boolean {
  return evaluation.results.some((result, i) =>
    result.windows.some((window) => {
      const settle = evaluation.levels[i]?.settle ?? 'PT0S';
      return window.complete && window.until + (fixedMilliseconds(settle) ?? 0) > before;
    }),
  );
}
