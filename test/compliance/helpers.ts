import type { SampleBlock } from '../../src/archive/store.ts';
import type { Json } from '../../src/shared/json.ts';
import { evaluateLevel, type SampleLookup } from '../../src/compliance/evaluate.ts';
import type { EvaluationContext, LevelResult } from '../../src/compliance/types.ts';
import { parseLevel } from '../../src/terms/level-parse.ts';
import type { Level } from '../../src/terms/level.ts';

/** A level about `web`, reachable in every minute of a day, changed as wanted. */
export function level(changes: Readonly<Record<string, Json>> = {}): Level {
  const parsed = parseLevel(
    {
      id: 'up',
      of: ['web'],
      indicator: { metric: 'net.reachable' },
      target: 0.99,
      window: { calendar: 'day' },
      ...changes,
    },
    { path: '' },
  );
  if (parsed.level === undefined) throw new Error(JSON.stringify(parsed.problems));
  return parsed.level;
}

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export const at = (text: string): number => Date.parse(text);

/** One value each `step` from `from`; null: tried, nothing came. */
export function samples(from: number, step: number, values: readonly (number | null)[]): SampleBlock {
  return {
    times: Float64Array.from(values, (_, i) => from + i * step),
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
  };
}

/** The same block for every instance and vantage, or one for each name `web/0 broker`. */
export function lookup(blocks: SampleBlock | Readonly<Record<string, SampleBlock>>): SampleLookup {
  if ('times' in blocks && blocks.times instanceof Float64Array) return () => blocks as SampleBlock;
  return (instance, vantage) => (blocks as Readonly<Record<string, SampleBlock>>)[`${instance} ${vantage}`];
}

export function evaluate(of: Level, blocks: Parameters<typeof lookup>[0], context: EvaluationContext): LevelResult {
  return evaluateLevel(of, lookup(blocks), context);
}

/** `count` ones, with zeros at the given places. */
export function ones(count: number, zeros: readonly number[] = []): number[] {
  return Array.from({ length: count }, (_, i) => (zeros.includes(i) ? 0 : 1));
}
