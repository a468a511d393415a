import type { SampleBlock } from '../archive/store.ts';
import type { Instant } from '../shared/clock.ts';
import { addDuration, fixedMilliseconds } from '../shared/duration.ts';
import type { Level } from '../terms/level.ts';
import { countWindow, type Counting } from './attainment.ts';
import { creditOf, resourceOf } from './credit.ts';
import { heldExclusions } from './exclusions.ts';
import { incidentsOf } from './incidents.ts';
import { resolveAbsent } from './nodata.ts';
import { applyRunning } from './running.ts';
import { settleRuns } from './runs.ts';
import { combineScope } from './scope.ts';
import { flagsWithin, floorTo, gridBetween, sliceLength } from './slices.ts';
import { BAD, type EvaluationContext, type Grid, type Incident, type LevelResult, type WindowResult } from './types.ts';
import { emptyMeasured, measureInstance, type Measured } from './vantages.ts';
import { windowsOf, type Span } from './windows.ts';

/** The samples of one instance seen from one vantage, of the level's metric, in time order and without repeats. */
export type SampleLookup = (instance: string, vantage: string) => SampleBlock | undefined;

/** The instances that a level is about, in the order of the agreement. */
export function instancesOf(level: Pick<Level, 'of'>, instances: readonly string[]): readonly string[] {
  return instances.filter((instance) => level.of.includes(resourceOf(instance)));
}

/**
 * What a level comes to, from raw samples: every window that overlaps `[from, until)`, and every
 * incident that does. Pure; the service and the command line both come here.
 */
export function evaluateLevel(level: Level, samples: SampleLookup, context: EvaluationContext): LevelResult {
  const instances = instancesOf(level, context.instances);
  const grid = gridOf(level, samples, instances, context);
  const measured = new Map<string, Measured>();
  for (const instance of instances) {
    const into = emptyMeasured(grid.count);
    const vantages = level.indicator.from.map((vantage) => samples(instance, vantage));
    measureInstance(vantages, grid, level.indicator, context.outages ?? [], into);
    measured.set(instance, into);
  }
  return judgeLevel(level, measured, grid, context);
}

/** The windows that a level is answered for. */
export function windowsFor(level: Level, context: EvaluationContext): readonly Span[] {
  const end = Math.min(context.now, context.rollinguntil ?? context.now);
  return windowsOf(level.window, sliceLength(level), context.from, context.until, end);
}

/** From the first thing that can matter (a window, a sample, a suspension before it) to the last slice that has ended. */
function gridOf(level: Level, samples: SampleLookup, instances: readonly string[], context: EvaluationContext): Grid {
  const slice = sliceLength(level);
  const spans = windowsFor(level, context);
  let from: Instant = Math.min(context.from, spans[0]?.from ?? context.from);
  let until: Instant = Math.max(context.until, spans.at(-1)?.until ?? context.until);
  for (const instance of instances)
    for (const vantage of level.indicator.from) {
      const times = samples(instance, vantage)?.times;
      from = Math.min(from, times?.[0] ?? from);
      until = Math.max(until, (times?.at(-1) ?? until) + slice);
    }
  for (const each of context.suspended ?? []) {
    if (each.by === 'vendor') from = Math.min(from, each.from);
    until = Math.max(until, each.until ?? context.now);
  }
  return gridBetween(from, Math.min(floorTo(until, slice) + slice, context.now), slice);
}

/** Steps 4 to 10, from what was measured of each instance. */
export function judgeLevel(
  level: Level,
  measured: ReadonlyMap<string, Measured>,
  grid: Grid,
  context: EvaluationContext,
): LevelResult {
  const instances = [...measured.keys()];
  const each = instances.map((instance) => {
    const labels = resolveAbsent(
      (measured.get(instance) ?? emptyMeasured(grid.count)).labels.subarray(0, grid.count),
      level,
    );
    applyRunning(labels, grid, instance, context.stopped ?? [], context.suspended ?? []);
    return labels;
  });
  const counting = countingOf(level, grid, context);
  const spans = windowsFor(level, context);
  const windows: WindowResult[] = [];
  const incidents: Incident[] = [];
  const judgeSeries = (index: string, labels: Uint8Array, parts: readonly number[]): void => {
    const runs = settleRuns(labels, level.minrun);
    for (const span of spans) {
      const window = countWindow(level, index, labels, span, counting);
      windows.push({ ...window, credit: creditOf(level, window, context) });
    }
    const worst = (slice: number): number | undefined => farthest(slice, parts);
    incidents.push(...incidentsOf(index, runs, labels, counting, worst, level.indicator.value, context));
  };
  const farthest = (slice: number, parts: readonly number[]): number | undefined => {
    let found: number | undefined;
    for (const part of parts) {
      if (parts.length > 1 && each[part]?.[slice] !== BAD) continue;
      const value = measured.get(instances[part] ?? '')?.worst.get(slice);
      const far = (other: number): number => Math.abs(other - level.indicator.value);
      if (value !== undefined && (found === undefined || far(value) > far(found))) found = value;
    }
    return found;
  };
  if (level.scope === 'each') each.forEach((labels, i) => { judgeSeries(instances[i] ?? '', labels, [i]); }); // prettier-ignore
  else if (each.length > 0) judgeSeries('*', combineScope(each, level.scope, grid.count), instances.map((_, i) => i)); // prettier-ignore
  return { level: level.id, windows, incidents };
}

function countingOf(level: Level, grid: Grid, context: EvaluationContext): Counting {
  const inforce = context.inforce ?? [{ from: Number.NEGATIVE_INFINITY }];
  const settle = fixedMilliseconds(level.settle);
  return {
    grid,
    inforce: flagsWithin(grid, inforce),
    excluded: flagsWithin(grid, heldExclusions(level, context.exclusions ?? [])),
    times: { inforce, agreedend: context.agreedend },
    now: context.now,
    settled: (until) => (settle === undefined ? addDuration(until, level.settle) : until + settle),
  };
}
