import type { Attributes } from '../occi/entity.ts';
import type { TypeId } from '../shared/ids.ts';
import { numberOf } from './fit.ts';
import { types } from './names.ts';

/** Draws the values of one window together; undefined: nothing to say. Absent values are left out. */
export type Aggregate = (values: readonly number[]) => number | undefined;

/** The p-th percentile by nearest rank (`0 < p <= 100`) of at least one value. */
export function nearestRank(values: readonly number[], p: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(Math.ceil((p / 100) * sorted.length), 1) - 1];
}

const fold =
  (step: (a: number, b: number) => number): Aggregate =>
  (values) =>
    values.length === 0 ? undefined : values.reduce((a, b) => step(a, b));

/** The built-in aggregators, by mixin; each reads its control attributes once. */
export const aggregators: ReadonlyMap<TypeId, { readonly term: string; make(attributes: Attributes): Aggregate }> =
  new Map<TypeId, { readonly term: string; make(attributes: Attributes): Aggregate }>([
    [
      types.mean,
      {
        term: 'mean',
        make: () => (values) => (values.length === 0 ? undefined : values.reduce((a, b) => a + b) / values.length),
      },
    ],
    [types.min, { term: 'min', make: () => fold(Math.min) }],
    [types.max, { term: 'max', make: () => fold(Math.max) }],
    [
      types.percentile,
      {
        term: 'percentile',
        make(attributes) {
          const rank = numberOf(attributes, 'org.parley.percentile.rank') ?? 95;
          return (values) => nearestRank(values, rank);
        },
      },
    ],
    [types.count, { term: 'count', make: () => (values) => values.length }],
  ]);
