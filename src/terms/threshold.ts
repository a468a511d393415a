import type { Comparison, Indicator } from './level.ts';
import { isBinaryMetric } from './metrics.ts';

/** Does a statistic satisfy the threshold? */
export function satisfies(statistic: number, op: Comparison, value: number): boolean {
  switch (op) {
    case '=':
      return statistic === value;
    case '!=':
      return statistic !== value;
    case '<':
      return statistic < value;
    case '<=':
      return statistic <= value;
    case '>':
      return statistic > value;
    case '>=':
      return statistic >= value;
  }
}

type Threshold = Pick<Indicator, 'metric' | 'statistic' | 'op' | 'value'>;

/** Is everything that is good under `narrow` also good under `wide`? */
export function covers(wide: Threshold, narrow: Threshold): boolean {
  const stays = narrow.statistic !== 'mean' && narrow.statistic !== 'sum' && narrow.statistic !== 'count';
  if (isBinaryMetric(narrow.metric) && stays)
    return [0, 1].every((each) => !satisfies(each, narrow.op, narrow.value) || satisfies(each, wide.op, wide.value));
  if (narrow.op === '=') return satisfies(narrow.value, wide.op, wide.value);
  if (wide.op === '!=')
    return narrow.op === '!=' ? narrow.value === wide.value : !satisfies(wide.value, narrow.op, narrow.value);
  const down = narrow.op === '<' || narrow.op === '<=';
  const up = narrow.op === '>' || narrow.op === '>=';
  if (down && wide.op === '<') return narrow.value < wide.value || (narrow.value === wide.value && narrow.op === '<');
  if (down && wide.op === '<=') return narrow.value <= wide.value;
  if (up && wide.op === '>') return narrow.value > wide.value || (narrow.value === wide.value && narrow.op === '>');
  if (up && wide.op === '>=') return narrow.value >= wide.value;
  return false;
}
