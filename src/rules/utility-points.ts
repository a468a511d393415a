import { pointer } from '../shared/json.ts';
import type { NumericUtility, UtilityContext } from './utility-types.ts';

type Points = readonly (readonly [number, number])[];

/** Do the values rise from one entry to the next? Points that are all equally good are refused as well. */
export function rising(list: Points, { path, problems }: UtilityContext, member: string): boolean {
  const wrong = list.findIndex(([x], index) => index > 0 && x <= (list[index - 1]?.[0] ?? -Infinity));
  if (wrong > 0) {
    problems.add(pointer(path, member, wrong, 0), 'value_wrong', 'values must rise from one entry to the next');
    return false;
  }
  const [, first] = list[0] ?? [0, 0];
  if (member === 'points' && list.every(([, utility]) => utility === first)) {
    problems.add(pointer(path, member), 'utility_flat', 'every value is equally good');
    return false;
  }
  return true;
}

function trend(utilities: readonly number[]): 1 | -1 | 0 {
  const pairs = utilities.slice(1).map((utility, index) => utility - (utilities[index] ?? 0));
  return pairs.every((change) => change >= 0) ? 1 : pairs.every((change) => change <= 0) ? -1 : 0;
}

const nearest = (from: number, candidates: readonly number[]): number | undefined =>
  candidates.reduce<number | undefined>(
    (best, value) => (best === undefined || Math.abs(value - from) < Math.abs(best - from) ? value : best),
    undefined,
  );

/** From its first entry on, the utility of the last entry that the value has reached. */
export function step(steps: Points, below: number): NumericUtility {
  return {
    kind: 'numeric',
    direction: trend([below, ...steps.map(([, utility]) => utility)]),
    of: (value) => {
      let utility = below;
      for (const [from, reached] of steps) {
        if (value < from) break;
        utility = reached;
      }
      return utility;
    },
    reach: (wanted, from) => {
      // Just under a step's start, where the one before it is good enough: the start itself is not.
      const under = (at: number): number => at - Math.max(Math.abs(at) * 1e-9, Number.MIN_VALUE);
      const found: number[] = [];
      const first = steps[0]?.[0] ?? 0;
      if (below >= wanted) found.push(from < first ? from : under(first));
      steps.forEach(([start, utility], index) => {
        if (utility < wanted) return;
        const next = steps[index + 1]?.[0] ?? Infinity;
        found.push(from < start ? start : from < next ? from : under(next));
      });
      return nearest(from, found);
    },
  };
}

/** Straight lines between the points; level beyond the first and the last. */
export function points(list: Points): NumericUtility {
  return {
    kind: 'numeric',
    direction: trend(list.map(([, utility]) => utility)),
    of: (value) => {
      let [x0, u0] = list[0] ?? [0, 0];
      if (value <= x0) return u0;
      for (let index = 1; index < list.length; index++) {
        const [x1, u1] = list[index] ?? [0, 0];
        if (value <= x1) return u0 + ((value - x0) / (x1 - x0)) * (u1 - u0);
        [x0, u0] = [x1, u1];
      }
      return u0;
    },
    reach: (wanted, from) => {
      const found: number[] = [];
      list.forEach(([x1, u1], index) => {
        if (u1 >= wanted) found.push(x1);
        const [x0, u0] = list[index - 1] ?? [x1, u1];
        if (u0 === u1) return;
        const share = (wanted - u0) / (u1 - u0);
        if (share >= 0 && share <= 1) found.push(x0 + share * (x1 - x0));
      });
      return nearest(from, found);
    },
  };
}
