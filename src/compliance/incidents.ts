import type { Counting } from './attainment.ts';
import type { Run } from './runs.ts';
import { BAD, type EvaluationContext, type Incident } from './types.ts';

/** The runs that overlap `[from, until)` as incidents, each with its worst statistic. */
export function incidentsOf(
  index: string,
  runs: readonly Run[],
  labels: Uint8Array,
  counting: Counting,
  worst: (slice: number) => number | undefined,
  threshold: number,
  context: Pick<EvaluationContext, 'from' | 'until'>,
): readonly Incident[] {
  const { grid } = counting;
  const at = (slice: number): number => grid.from + slice * grid.slice;
  return runs
    .filter((run) => at(run.first) < context.until && (run.end < 0 || at(run.end) > context.from))
    .map((run) => {
      let found: number | undefined;
      let excused = true;
      let inforce = false;
      for (let i = run.first; i <= run.last; i++) {
        if (labels[i] !== BAD) continue;
        if (counting.inforce[i] === 1) {
          inforce = true;
          if (counting.excluded[i] === 0) excused = false;
        }
        const value = worst(i);
        if (value !== undefined && (found === undefined || Math.abs(value - threshold) > Math.abs(found - threshold)))
          found = value;
      }
      return {
        index,
        from: at(run.first),
        until: run.end < 0 ? undefined : at(run.end),
        slices: run.slices,
        worst: found,
        last: at(run.last + 1),
        excused,
        inforce,
      };
    });
}
